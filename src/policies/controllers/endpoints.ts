import type { Change } from '../../sim/api/change.ts';
import { sameData } from '../../sim/api/equality.ts';
import { keyOf } from '../../sim/api/kinds.ts';
import type { Labels } from '../../sim/api/meta.ts';
import { newObjectMeta } from '../../sim/api/new-object-meta.ts';
import { conditionOf, type Pod } from '../../sim/api/pod.ts';
import type { Endpoints, EndpointSubset, Service } from '../../sim/api/service.ts';
import { isNamespaceTerminating } from '../../sim/api/status-cause.ts';
import { formatTimestamp } from '../../sim/api/timestamps.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { LABEL_HEADLESS } from './endpoint-slice.ts';
import { endpointChanged, identityChanged } from './endpoint-slice/pod-changes.ts';
import { hasSelector, ServiceMemberships } from './endpoint-slice/service-memberships.ts';
import { TRIGGER_TIME, TriggerTimes } from './endpoint-slice/trigger-times.ts';
import { subsetsOf, truncated } from './endpoints/subsets.ts';
import { ask } from './requests.ts';

const LABEL_MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const MANAGED_BY = 'endpoint-controller';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/** Keeps the Endpoints of every Service with a selector, under the Service's name (kubernetes-behaviour.md 3.8). */
export const endpoints: ControllerFactory = (host) => new EndpointsController(host);

class EndpointsController implements Controller {
  readonly name = 'endpoint';
  readonly workers = 5;
  readonly maxRetries = 15;
  readonly handlers = {
    Service: (change: Change<'Service'>) => this.#serviceChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
    Endpoints: (change: Change<'Endpoints'>) => this.#endpointsChanged(change),
  };
  readonly #host: ControllerHost;
  readonly #services: ControllerLister<'Service'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #endpoints: ControllerLister<'Endpoints'>;
  readonly #memberships = new ServiceMemberships();
  readonly #triggerTimes = new Map<string, TriggerTimes>();
  /** The versions that this controller has replaced: what the cache still shows of them is out of date. */
  readonly #replaced = new Map<string, number>();

  constructor(host: ControllerHost) {
    this.#host = host;
    this.#services = host.lister('Service');
    this.#pods = host.lister('Pod');
    this.#endpoints = host.lister('Endpoints');
  }

  // ---- What happens to the queue ----

  #serviceChanged({ type, object }: Change<'Service'>): void {
    if (type === 'DELETED') this.#memberships.remove(object);
    else this.#memberships.set(object);
    this.#host.enqueue(keyOf(object));
  }

  #podChanged({ type, object, previous }: Change<'Pod'>): void {
    const { namespace, labels } = object.metadata;
    const selectedBy = this.#memberships.of(namespace, labels);
    if (type !== 'MODIFIED' || previous === undefined) {
      for (const key of selectedBy) this.#host.enqueue(key);
      return;
    }
    if (endpointChanged(previous, object)) for (const key of selectedBy) this.#host.enqueue(key);
    if (!identityChanged(previous, object)) return;
    for (const key of selectedBy) this.#host.enqueue(key);
    for (const key of this.#memberships.of(namespace, previous.metadata.labels)) this.#host.enqueue(key);
  }

  #endpointsChanged({ type, object }: Change<'Endpoints'>): void {
    if (type === 'DELETED') this.#host.enqueue(keyOf(object));
  }

  // ---- The sync ----

  *sync(key: string): SyncSteps {
    const service = this.#services.get(key);
    if (service === undefined) {
      this.#triggerTimes.delete(key);
      this.#replaced.delete(key);
      const answer = yield* ask({ verb: 'delete', kind: 'Endpoints', key });
      if (!answer.ok && answer.reason !== 'NotFound') throw new SyncError(answer.message);
      return;
    }
    if (service.spec.type === 'ExternalName' || !hasSelector(service)) return;
    const current = this.#endpoints.get(key);
    if (current !== undefined && this.#replaced.get(key) === current.metadata.resourceVersion) {
      throw new SyncError(`Endpoints informer cache is out of date for ${key}`);
    }
    const pods = this.#pods.labelled(service.metadata.namespace, service.spec.selector ?? {});
    const triggerTime = this.#triggerTime(key, service, pods);
    const subsets = subsetsOf(service, pods);
    const labels = labelsOf(service);
    const fitting = truncated(subsets);
    if (current !== undefined && isUpToDate(current, fitting ?? subsets, labels, fitting !== undefined)) return;
    yield* this.#write(service, current, fitting ?? subsets, labels, {
      ...(triggerTime === undefined ? {} : { [TRIGGER_TIME]: formatTimestamp(triggerTime) }),
      ...(fitting === undefined ? {} : { [OVER_CAPACITY]: 'truncated' }),
    });
  }

  #triggerTime(key: string, service: Service, pods: readonly Pod[]): number | undefined {
    let times = this.#triggerTimes.get(key);
    if (times === undefined) this.#triggerTimes.set(key, (times = new TriggerTimes()));
    times.keepOnly(new Set(pods.map(keyOf)));
    for (const pod of pods) times.see(keyOf(pod), conditionOf(pod.status.conditions, 'Ready')?.lastTransitionTime);
    return times.next(service);
  }

  *#write(
    service: Service,
    current: Endpoints | undefined,
    subsets: readonly EndpointSubset[],
    labels: Labels,
    annotations: Labels,
  ): SyncSteps {
    const { namespace, name } = service.metadata;
    const metadata =
      current === undefined
        ? newObjectMeta({ namespace, name, labels, annotations })
        : { ...current.metadata, labels, annotations: { ...others(current), ...annotations } };
    const verb = current === undefined ? 'create' : 'update';
    const object: Endpoints = { kind: 'Endpoints', metadata, subsets };
    const answer = yield* ask({ verb, object });
    if (answer.ok && current !== undefined) this.#replaced.set(keyOf(current), current.metadata.resourceVersion);
    if (answer.ok || (verb === 'create' && isNamespaceTerminating(answer))) return;
    const [reason, what] =
      verb === 'create'
        ? ['FailedToCreateEndpoint', 'create endpoint for service']
        : ['FailedToUpdateEndpoint', 'update endpoint'];
    this.#host.record(object, 'Warning', reason, `Failed to ${what} ${namespace}/${name}: ${answer.message}`);
    throw new SyncError(answer.message);
  }
}

/** The Service's own labels, and those that say what kind of Service it is and who keeps its Endpoints. */
function labelsOf({ metadata, spec }: Service): Labels {
  const { [LABEL_HEADLESS]: _, ...own } = metadata.labels;
  void _;
  return {
    ...own,
    [LABEL_MANAGED_BY]: MANAGED_BY,
    ...(spec.clusterIP === 'None' ? { [LABEL_HEADLESS]: '' } : {}),
  };
}

/** Annotations that are somebody else's. */
function others({ metadata }: Endpoints): Labels {
  const { [TRIGGER_TIME]: _time, [OVER_CAPACITY]: _capacity, ...rest } = metadata.annotations;
  void [_time, _capacity];
  return rest;
}

function isUpToDate(
  { metadata, subsets: before }: Endpoints,
  subsets: readonly EndpointSubset[],
  labels: Labels,
  isOverCapacity: boolean,
): boolean {
  const isMarked = metadata.annotations[OVER_CAPACITY] !== undefined;
  return isMarked === isOverCapacity && sameData(before, subsets) && sameData(metadata.labels, labels);
}
