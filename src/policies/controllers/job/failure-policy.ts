import type { Job, PodFailurePolicyRule } from '../../../sim/api/batch.ts';
import type { ContainerStatus, Pod } from '../../../sim/api/pod.ts';
import { countsAsFailed } from './pod-states.ts';

export interface PolicyVerdict {
  readonly action: PodFailurePolicyRule['action'] | undefined;
  /** Whether the failure counts against the limits. */
  readonly counts: boolean;
  /** With `FailJob`: why. */
  readonly message: string | undefined;
}

const COUNTED: PolicyVerdict = { action: undefined, counts: true, message: undefined };

/** What the Job's policy says of a failed pod: the first rule that fits decides; none: it counts. */
export function judgeFailure(job: Job, pod: Pod): PolicyVerdict {
  const rules = job.spec.podFailurePolicy?.rules ?? [];
  for (let index = 0; index < rules.length; index++) {
    const rule = rules[index]!;
    const match = matchOf(rule, pod);
    if (match === undefined) continue;
    const { action } = rule;
    const message = action === 'FailJob' ? `${match} matching FailJob rule at index ${index}` : undefined;
    return { action, counts: action !== 'Ignore', message };
  }
  return COUNTED;
}

/** Why the Job has to fail at once: the first failed pod that a rule says so of. */
export function failJobMessage(job: Job, pods: readonly Pod[]): string | undefined {
  if (job.spec.podFailurePolicy === undefined) return undefined;
  for (const pod of pods) {
    if (!countsAsFailed(pod, job)) continue;
    const { message } = judgeFailure(job, pod);
    if (message !== undefined) return message;
  }
  return undefined;
}

function matchOf({ onExitCodes, onPodConditions = [] }: PodFailurePolicyRule, pod: Pod): string | undefined {
  const { metadata, status } = pod;
  if (onExitCodes !== undefined) {
    const { containerName, operator, values } = onExitCodes;
    const fits = ({ name, state }: ContainerStatus): boolean => {
      const code = state.terminated?.exitCode ?? 0;
      if (code === 0 || (containerName !== undefined && containerName !== name)) return false;
      return values.includes(code) === (operator === 'In');
    };
    const found = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].find(fits);
    if (found === undefined) return undefined;
    const code = found.state.terminated!.exitCode;
    return `Container ${found.name} for pod ${metadata.namespace}/${metadata.name} failed with exit code ${code}`;
  }
  for (const { type, status: held } of status.conditions) {
    if (!onPodConditions.some((pattern) => pattern.type === type && pattern.status === held)) continue;
    return `Pod ${metadata.namespace}/${metadata.name} has condition ${type}`;
  }
  return undefined;
}
