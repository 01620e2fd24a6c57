import type { Change } from '../api/change.ts';
import { keyOf } from '../api/kinds.ts';
import { compileLabelSelector } from '../api/label-selector.ts';
import { isPodReady, isPodTerminal, type Pod } from '../api/pod.ts';
import { LABEL_SERVICE_NAME, moreReadyEndpoints, type EndpointSlice, type Service } from '../api/service.ts';
import type { Deployment } from '../api/workloads.ts';
import type { Condition } from '../scenario/expectations.ts';

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

/** Keeps what is not as it should be, by key; the first of them serves as the example, described when somebody asks. */
function offenders<T>(
  kind: string,
  observe: (change: Change, offending: Map<string, T>) => void,
  describe: (offender: T) => string,
  whole: string,
): ConditionTracker {
  const offending = new Map<string, T>();
  return {
    observe: (change) => observe(change, offending),
    verdict: () => {
      for (const [key, offender] of offending) {
        const others = offending.size === 1 ? '' : `, and ${offending.size - 1} more`;
        return { holds: false, detail: `${kind} ${key} ${describe(offender)}${others}` };
      }
      return { holds: true, detail: whole };
    },
  };
}

function everyDeploymentAvailable(namespace: string | undefined): ConditionTracker {
  return offenders<Deployment>(
    'deployment',
    (change, offending) => {
      if (change.object.kind !== 'Deployment' || !inNamespace(change, namespace)) return;
      const deployment = change.object;
      const key = change.key ?? keyOf(deployment);
      if (gone(change) || isAvailable(deployment)) offending.delete(key);
      else offending.set(key, deployment);
    },
    ({ status, spec }) => `has ${status.availableReplicas} of ${spec.replicas} available`,
    'every Deployment is available',
  );
}

function everyPodRunning(namespace: string | undefined): ConditionTracker {
  return offenders<Pod>(
    'pod',
    (change, offending) => {
      if (change.object.kind !== 'Pod' || !inNamespace(change, namespace)) return;
      const pod = change.object;
      const key = change.key ?? keyOf(pod);
      const fine = pod.status.phase === 'Running' || pod.status.phase === 'Succeeded';
      if (gone(change) || fine || pod.metadata.deletionTimestamp !== undefined) offending.delete(key);
      else offending.set(key, pod);
    },
    ({ status }) => `is ${status.phase}`,
    'every Pod is running',
  );
}

/** Ready endpoints a Service, by `namespace/name`. */
class ReadyEndpoints {
  readonly #ofService = new Map<string, number>();

  /** Whether the change is of any consequence. */
  observe(change: Change): boolean {
    if (change.object.kind !== 'EndpointSlice') return false;
    const slice = change.object;
    const previous = change.previous as EndpointSlice | undefined;
    const more = moreReadyEndpoints(previous, gone(change) ? undefined : slice);
    if (more === 0) return false;
    const service = serviceOf(slice);
    this.#ofService.set(service, this.count(service) + more);
    return true;
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
  return offenders<true>(
    'service',
    (change, offending) => {
      const { object } = change;
      if (object.kind !== 'Service' && object.kind !== 'EndpointSlice') return;
      const changed = ready.observe(change);
      if (!(changed || object.kind === 'Service') || !inNamespace(change, namespace)) return;
      const service = object.kind === 'Service' ? keyOf(object) : serviceOf(object);
      if (object.kind === 'Service') {
        if (!gone(change) && selectsPods(object)) services.add(service);
        else services.delete(service);
      }
      if (services.has(service) && ready.count(service) === 0) offending.set(service, true);
      else offending.delete(service);
    },
    () => 'has no ready endpoint',
    'every Service has endpoints',
  );
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
    observe: (change) => {
      ready.observe(change);
    },
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
