import type { Change } from '../api/change.ts';
import { keyOf } from '../api/kinds.ts';
import { compileLabelSelector } from '../api/label-selector.ts';
import { isPodReady, isPodTerminal, type Pod } from '../api/pod.ts';
import { LABEL_SERVICE_NAME, type EndpointSlice, type Service } from '../api/service.ts';
import type { Deployment } from '../api/workloads.ts';
import type { Condition } from '../scenario.ts';

/** Whether a condition holds, and what was there. */
export interface Verdict {
  readonly holds: boolean;
  readonly detail: string;
}

/** Follows one condition through the commits, so that asking costs nothing. */
export interface ConditionTracker {
  observe(change: Change): void;
  verdict(): Verdict;
}

export function trackerOf(condition: Condition): ConditionTracker {
  switch (condition.that) {
    case 'every-deployment-available':
      return everyDeploymentAvailable(condition.namespace);
    case 'every-pod-running':
      return everyPodRunning(condition.namespace);
    case 'every-service-has-endpoints':
      return everyServiceHasEndpoints(condition.namespace);
    case 'available':
      return deploymentAvailable(condition.key, condition.atLeast);
    case 'has-endpoints':
      return serviceHasEndpoints(condition.key, condition.atLeast);
    case 'pods':
      return countOfPods(condition);
  }
}

function gone(change: Change): boolean {
  return change.type === 'DELETED';
}

function inNamespace(change: Change, namespace: string | undefined): boolean {
  return namespace === undefined || change.object.metadata.namespace === namespace;
}

/** The replicas that are wanted are available, and the controller has seen what is wanted. */
function isAvailable(deployment: Deployment): boolean {
  const { status, spec, metadata } = deployment;
  return status.observedGeneration >= metadata.generation && status.availableReplicas >= spec.replicas;
}

/** Keeps the keys for which something is not as it should be; the first of them serves as the example. */
function offenders(observe: (change: Change, offending: Map<string, string>) => void, whole: string): ConditionTracker {
  const offending = new Map<string, string>();
  return {
    observe: (change) => observe(change, offending),
    verdict: () => {
      for (const [key, detail] of offending) {
        const others = offending.size === 1 ? '' : `, and ${offending.size - 1} more`;
        return { holds: false, detail: `${key} ${detail}${others}` };
      }
      return { holds: true, detail: whole };
    },
  };
}

function everyDeploymentAvailable(namespace: string | undefined): ConditionTracker {
  return offenders((change, offending) => {
    if (change.object.kind !== 'Deployment' || !inNamespace(change, namespace)) return;
    const deployment = change.object;
    const key = `deployment ${keyOf(deployment)}`;
    if (gone(change) || isAvailable(deployment)) offending.delete(key);
    else offending.set(key, `has ${deployment.status.availableReplicas} of ${deployment.spec.replicas} available`);
  }, 'every Deployment is available');
}

function everyPodRunning(namespace: string | undefined): ConditionTracker {
  return offenders((change, offending) => {
    if (change.object.kind !== 'Pod' || !inNamespace(change, namespace)) return;
    const pod = change.object;
    const key = `pod ${keyOf(pod)}`;
    const fine = pod.status.phase === 'Running' || pod.status.phase === 'Succeeded';
    if (gone(change) || fine || pod.metadata.deletionTimestamp !== undefined) offending.delete(key);
    else offending.set(key, `is ${pod.status.phase}`);
  }, 'every Pod is running');
}

/** Ready endpoints a Service, by `namespace/name`. */
class ReadyEndpoints {
  readonly #ofSlice = new Map<string, number>();
  readonly #ofService = new Map<string, number>();

  observe(change: Change): void {
    if (change.object.kind !== 'EndpointSlice') return;
    const slice = change.object;
    const service = serviceOf(slice);
    const ready = gone(change) ? 0 : slice.endpoints.filter((one) => one.conditions.ready).length;
    const before = this.#ofSlice.get(keyOf(slice)) ?? 0;
    if (gone(change)) this.#ofSlice.delete(keyOf(slice));
    else this.#ofSlice.set(keyOf(slice), ready);
    this.#ofService.set(service, this.count(service) + ready - before);
  }

  count(service: string): number {
    return this.#ofService.get(service) ?? 0;
  }
}

function serviceOf(slice: EndpointSlice): string {
  return `${slice.metadata.namespace}/${slice.metadata.labels[LABEL_SERVICE_NAME] ?? ''}`;
}

function selectsPods(service: Service): boolean {
  return Object.keys(service.spec.selector ?? {}).length > 0 && service.spec.type !== 'ExternalName';
}

function everyServiceHasEndpoints(namespace: string | undefined): ConditionTracker {
  const ready = new ReadyEndpoints();
  const services = new Set<string>();
  const tracker = offenders((change, offending) => {
    ready.observe(change);
    const { object } = change;
    if ((object.kind !== 'Service' && object.kind !== 'EndpointSlice') || !inNamespace(change, namespace)) return;
    const service = object.kind === 'Service' ? keyOf(object) : serviceOf(object);
    if (object.kind === 'Service') {
      if (!gone(change) && selectsPods(object)) services.add(service);
      else services.delete(service);
    }
    const key = `service ${service}`;
    if (services.has(service) && ready.count(service) === 0) offending.set(key, 'has no ready endpoint');
    else offending.delete(key);
  }, 'every Service has endpoints');
  return tracker;
}

function deploymentAvailable(key: string, atLeast: number | undefined): ConditionTracker {
  let verdict: Verdict = { holds: false, detail: `there is no deployment ${key}` };
  return {
    observe: (change) => {
      if (change.object.kind !== 'Deployment' || keyOf(change.object) !== key) return;
      const deployment = change.object;
      const { availableReplicas } = deployment.status;
      if (gone(change)) verdict = { holds: false, detail: `deployment ${key} was deleted` };
      else {
        verdict = {
          holds: atLeast === undefined ? isAvailable(deployment) : availableReplicas >= atLeast,
          detail: `deployment ${key} has ${availableReplicas} of ${deployment.spec.replicas} available`,
        };
      }
    },
    verdict: () => verdict,
  };
}

function serviceHasEndpoints(key: string, atLeast: number): ConditionTracker {
  const ready = new ReadyEndpoints();
  return {
    observe: (change) => ready.observe(change),
    verdict: () => {
      const count = ready.count(key);
      return { holds: count >= atLeast, detail: `service ${key} has ${count} ready endpoint${count === 1 ? '' : 's'}` };
    },
  };
}

function countOfPods(condition: Extract<Condition, { that: 'pods' }>): ConditionTracker {
  const matches = compileLabelSelector(condition.selector);
  const counts = (pod: Pod): boolean => {
    if (condition.namespace !== undefined && pod.metadata.namespace !== condition.namespace) return false;
    if (!matches(pod.metadata.labels)) return false;
    if (condition.phase === undefined) return true;
    if (condition.phase === 'Ready') return isPodReady(pod) && !isPodTerminal(pod);
    return pod.status.phase === condition.phase;
  };
  const { atLeast, atMost, phase } = condition;
  let count = 0;
  return {
    observe: (change) => {
      if (change.object.kind !== 'Pod') return;
      const previous = change.previous as Pod | undefined;
      if (previous !== undefined && counts(previous)) count--;
      if (!gone(change) && counts(change.object)) count++;
    },
    verdict: () => ({
      holds: count >= atLeast && count <= atMost,
      detail: `there are ${count} such pods${phase === undefined ? '' : ` that are ${phase}`}`,
    }),
  };
}
