import type { Condition } from '../../api/meta.ts';
import { conditionOf, type Pod } from '../../api/pod.ts';
import type { PodDisruptionBudget } from '../../api/policy.ts';
import { compileLabelSelector } from '../../api/label-selector.ts';
import { metaAt, podStatusWith, withParts } from '../../api/versions.ts';
import { mergeConditions } from './patch.ts';
import { refuse, wholeSecond, type Refusal, type WriteContext } from './outcome.ts';
import { refuseForbidden } from './refusals.ts';

/** What an eviction is to do: say no, delete the pod, or take it out of a budget first. */
export type EvictionVerdict =
  Refusal | { readonly does: 'delete' } | { readonly does: 'decrement'; readonly budget: PodDisruptionBudget };

const CANNOT = "Cannot evict pod as it would violate the pod's disruption budget.";
const TWO_BUDGETS = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
const MAX_DISRUPTED_PODS = 2000;

/**
 * Whether the disruption budgets of its namespace let a pod go now (kubernetes-behaviour.md 3.12). What has ended, has not
 * begun or is going anyway needs no budget; a pod that is not ready does not count, so it may go while enough others are.
 */
export function judgeEviction(pod: Pod, budgets: Iterable<PodDisruptionBudget>): EvictionVerdict {
  if (needsNoBudget(pod)) return { does: 'delete' };
  const [budget, second] = budgetsOf(pod, budgets);
  if (second !== undefined) return refuse('', TWO_BUDGETS);
  if (budget === undefined) return { does: 'delete' };
  if (!isReady(pod) && mayGoUnready(budget)) return { does: 'delete' };
  return refuseByBudget(budget) ?? { does: 'decrement', budget };
}

function needsNoBudget({ metadata, status }: Pod): boolean {
  return status.phase !== 'Running' || metadata.deletionTimestamp !== undefined;
}

function isReady({ status }: Pod): boolean {
  return conditionOf(status.conditions, 'Ready')?.status === 'True';
}

function budgetsOf(pod: Pod, budgets: Iterable<PodDisruptionBudget>): PodDisruptionBudget[] {
  const { namespace, labels } = pod.metadata;
  const found: PodDisruptionBudget[] = [];
  if (Object.keys(labels).length === 0) return found;
  for (const budget of budgets) {
    if (budget.metadata.namespace !== namespace) continue;
    if (compileLabelSelector(budget.spec.selector)(labels)) found.push(budget);
  }
  return found;
}

function mayGoUnready({ spec, status }: PodDisruptionBudget): boolean {
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0;
}

function refuseByBudget({ metadata, status }: PodDisruptionBudget): Refusal | undefined {
  const { name, generation } = metadata;
  const because = (message: string, retryAfterSeconds?: number): Refusal =>
    refuse('TooManyRequests', CANNOT, { causes: [{ reason: 'DisruptionBudget', message }], retryAfterSeconds });
  if (status.observedGeneration < generation) {
    return because(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  if (status.disruptionsAllowed < 0) {
    return refuseForbidden('PodDisruptionBudget', name, 'pdb disruptions allowed is negative');
  }
  if (Object.keys(status.disruptedPods ?? {}).length > MAX_DISRUPTED_PODS) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    return refuseForbidden('PodDisruptionBudget', name, why);
  }
  if (status.disruptionsAllowed > 0) return undefined;
  const allowed = conditionOf(status.conditions ?? [], 'DisruptionAllowed');
  if (allowed?.status === 'False' && allowed.reason === 'SyncFailed') {
    return because(
      `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${allowed.message ?? ''}`,
    );
  }
  return because(
    `The disruption budget ${name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`,
  );
}

/** The budget with one disruption less, which it knows of until the pod is seen to go. */
export function decremented(budget: PodDisruptionBudget, podName: string, context: WriteContext): PodDisruptionBudget {
  const { status } = budget;
  const disruptionsAllowed = status.disruptionsAllowed - 1;
  const conditions = status.conditions ?? [];
  return {
    ...budget,
    metadata: metaAt(budget.metadata, context.revision),
    status: {
      ...status,
      disruptionsAllowed,
      disruptedPods: { ...status.disruptedPods, [podName]: wholeSecond(context.now) },
      conditions: disruptionsAllowed > 0 ? conditions : exhausted(conditions, status.observedGeneration, context.now),
    },
  };
}

function exhausted(conditions: readonly Condition[], observedGeneration: number, now: number): readonly Condition[] {
  const before = conditionOf(conditions, 'DisruptionAllowed');
  const condition: Condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    observedGeneration,
    reason: 'InsufficientPods',
    message: '',
    lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime! : wholeSecond(now),
  };
  return mergeConditions(conditions, [condition]);
}

/** The pod with the condition that says why it will go. */
export function markedForEviction(pod: Pod, context: WriteContext): Pod {
  const condition: Condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: wholeSecond(context.now),
    observedGeneration: pod.metadata.generation,
  };
  const before = conditionOf(pod.status.conditions, condition.type);
  if (before?.status === 'True' && before.reason === condition.reason) return pod;
  const status = podStatusWith(pod.status, { conditions: mergeConditions(pod.status.conditions, [condition]) });
  return withParts(pod, metaAt(pod.metadata, context.revision), pod.spec, status);
}
