import type { Change } from '../../sim/api/change.ts';
import { sameData } from '../../sim/api/equality.ts';
import { keyOf, objectKey } from '../../sim/api/kinds.ts';
import { controllerOf, type Labels } from '../../sim/api/meta.ts';
import { newObjectMeta } from '../../sim/api/new-object-meta.ts';
import { LABEL_ZONE, type Node } from '../../sim/api/node.ts';
import type { Request, Response } from '../../sim/api/request.ts';
import { LABEL_SERVICE_NAME, type Endpoint, type EndpointSlice, type Service } from '../../sim/api/service.ts';
import { formatTimestamp } from '../../sim/api/timestamps.ts';
import { isNamespaceTerminating } from '../../sim/api/status-cause.ts';
import { metaAnnotated, withMetadata } from '../../sim/api/versions.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { pack } from './endpoint-slice/packing.ts';
import { endpointChanged, identityChanged, sameReadiness } from './endpoint-slice/pod-changes.ts';
import { portsKey, type EndpointPorts } from './endpoint-slice/ports.ts';
import { Roster, type RosterCaches } from './endpoint-slice/roster.ts';
import { hasSelector, ServiceMemberships } from './endpoint-slice/service-memberships.ts';
import { SliceTracker } from './endpoint-slice/slice-tracker.ts';
import { TRIGGER_TIME } from './endpoint-slice/trigger-times.ts';
import { controllerReference } from './ownership.ts';
import { ask } from './requests.ts';

export const LABEL_MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const LABEL_HEADLESS = 'service.kubernetes.io/headless';
const MANAGED_BY = 'endpointslice-controller.k8s.io';

const OUT_OF_DATE = new SyncError('EndpointSlice informer cache is out of date');

/** Labels of a slice that do not come from its Service. */
const OWN_LABELS: ReadonlySet<string> = new Set([LABEL_SERVICE_NAME, LABEL_MANAGED_BY, LABEL_HEADLESS]);

/** A slice that somebody else changed is looked at after this long. Microseconds. */
const SLICE_CHANGE_DELAY = 1_000_000;

export interface EndpointSliceSettings {
  /** `--endpointslice-updates-batch-period`: how long a pod's change waits for others. Microseconds. */
  readonly batchPeriodMicros: number;
  /** `--max-endpoints-per-slice`. */
  readonly maxEndpointsPerSlice: number;
}

export const ENDPOINT_SLICE_DEFAULTS: EndpointSliceSettings = { batchPeriodMicros: 0, maxEndpointsPerSlice: 100 };

/** Keeps the EndpointSlices of every Service with a selector (kubernetes-behaviour.md 3.8). */
export function endpointSlice(settings: EndpointSliceSettings = ENDPOINT_SLICE_DEFAULTS): ControllerFactory {
  return (host) => new EndpointSliceController(host, settings);
}

class EndpointSliceController implements Controller {
  readonly name = 'endpoint-slice';
  readonly workers = 5;
  readonly maxRetries = 15;
  readonly retryBackoff = { baseMicros: 1_000_000, maxMicros: 1_000_000_000 };
  readonly handlers = {
    Service: (change: Change<'Service'>) => this.#serviceChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
    EndpointSlice: (change: Change<'EndpointSlice'>) => this.#sliceChanged(change),
    Node: (change: Change<'Node'>) => this.#nodeChanged(change),
  };
  readonly #host: ControllerHost;
  readonly #settings: EndpointSliceSettings;
  readonly #services: ControllerLister<'Service'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #slices: ControllerLister<'EndpointSlice'>;
  readonly #nodes: ControllerLister<'Node'>;
  readonly #memberships = new ServiceMemberships();
  readonly #tracker = new SliceTracker();
  /** What is known of every Service that was looked at, by its key. */
  readonly #desks = new Map<string, Desk>();
  readonly #caches: RosterCaches = {
    selected: (service) => this.#pods.labelled(service.metadata.namespace, service.spec.selector ?? {}),
    member: (service, podKey) => {
      const pod = this.#pods.get(podKey);
      if (pod === undefined) return undefined;
      const services = this.#memberships.of(service.metadata.namespace, pod.metadata.labels);
      return services.includes(keyOf(service)) ? pod : undefined;
    },
    node: (name) => this.#nodes.get(name),
  };

  constructor(host: ControllerHost, settings: EndpointSliceSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#services = host.lister('Service');
    this.#pods = host.lister('Pod');
    this.#slices = host.lister('EndpointSlice');
    this.#nodes = host.lister('Node');
  }

  // ---- What happens to the queue ----

  #serviceChanged({ type, object }: Change<'Service'>): void {
    if (type === 'DELETED') this.#memberships.remove(object);
    else this.#memberships.set(object);
    this.#host.enqueue(keyOf(object));
  }

  #podChanged(change: Change<'Pod'>): void {
    const { type, object, previous } = change;
    const isNews = type !== 'MODIFIED' || previous === undefined;
    const changed = isNews || endpointChanged(previous, object);
    const isOther = !isNews && identityChanged(previous, object);
    // Most changes of a pod are none of its endpoint; what else an endpoint says of it changes with its binding.
    if (!changed && !isOther && previous!.spec === object.spec && sameReadiness(previous!, object)) return;
    const { namespace, labels } = object.metadata;
    const podKey = change.key ?? keyOf(object);
    const selectedBy = this.#memberships.of(namespace, labels);
    for (const key of selectedBy) this.#desks.get(key)?.roster.touch(podKey);
    if (isNews) {
      for (const key of selectedBy) this.#enqueueForPod(key);
      return;
    }
    if (isOther) {
      const before = this.#memberships.of(namespace, previous.metadata.labels);
      for (const key of before) {
        this.#desks.get(key)?.roster.touch(podKey);
        if (changed || !selectedBy.includes(key)) this.#enqueueForPod(key);
      }
      for (const key of selectedBy) if (!before.includes(key)) this.#enqueueForPod(key);
    } else if (changed) for (const key of selectedBy) this.#enqueueForPod(key);
  }

  /** A node's coming and going changes no slice by itself; but what was read from it no longer holds. */
  #nodeChanged({ type, object, previous }: Change<'Node'>): void {
    if (type === 'ADDED') return;
    if (type === 'DELETED' || zoneOf(object) !== (previous === undefined ? undefined : zoneOf(previous))) {
      for (const { roster } of this.#desks.values()) roster.invalidate();
    }
  }

  #enqueueForPod(key: string): void {
    this.#host.enqueueAfter(key, this.#settings.batchPeriodMicros);
  }

  #sliceChanged({ type, object, previous }: Change<'EndpointSlice'>): void {
    const service = serviceOf(object);
    if (type === 'DELETED') {
      if (!isManaged(object) || service === undefined || !this.#tracker.has(service, object)) return;
      if (!this.#tracker.gone(service, object)) this.#enqueueForSlice(service);
      return;
    }
    const serviceBefore = previous === undefined ? service : serviceOf(previous);
    if (service !== serviceBefore) {
      if (service !== undefined) this.#enqueueForSlice(service);
      if (serviceBefore !== undefined) this.#enqueueForSlice(serviceBefore);
      return;
    }
    if (service === undefined) return;
    const changedManager = previous !== undefined && isManaged(previous) !== isManaged(object);
    if (changedManager || (isManaged(object) && this.#tracker.isNews(service, object))) this.#enqueueForSlice(service);
  }

  #enqueueForSlice(key: string): void {
    this.#host.enqueueAfter(key, Math.max(SLICE_CHANGE_DELAY, this.#settings.batchPeriodMicros));
  }

  // ---- The sync ----

  *sync(key: string): SyncSteps {
    const service = this.#services.get(key);
    if (service === undefined) {
      this.#desks.delete(key);
      this.#tracker.forget(key);
      return;
    }
    if (service.spec.type === 'ExternalName' || !hasSelector(service)) return;
    const { roster, labelsOfAll, labels } = this.#deskOf(key, service);
    const slices = this.#slices.labelled(service.metadata.namespace, labelsOfAll).filter(isStaying);
    if (this.#tracker.isStale(key, slices)) return OUT_OF_DATE;
    const triggerTime = roster.update(service);
    try {
      yield* this.#reconcile(key, service, roster, slices, labels, triggerTime);
    } catch (error) {
      if (error instanceof SyncError) {
        const message = `Error updating Endpoint Slices for Service ${key}: ${error.message}`;
        this.#host.record(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
      }
      throw error;
    }
  }

  #deskOf(key: string, service: Service): Desk {
    let desk = this.#desks.get(key);
    if (desk === undefined) {
      const labelsOfAll = { [LABEL_SERVICE_NAME]: service.metadata.name, [LABEL_MANAGED_BY]: MANAGED_BY };
      desk = { roster: new Roster(this.#caches), labelsOfAll, service, labels: sliceLabels(service) };
      this.#desks.set(key, desk);
    }
    if (desk.service !== service) {
      desk.service = service;
      const labels = sliceLabels(service);
      if (!sameData(desk.labels, labels)) desk.labels = labels;
    }
    return desk;
  }

  *#reconcile(
    key: string,
    service: Service,
    roster: Roster,
    slices: readonly EndpointSlice[],
    labels: Labels,
    triggerTime: number | undefined,
  ): Steps<void> {
    const existing = new Map<string, EndpointSlice[]>();
    const remove: EndpointSlice[] = [];
    for (const slice of slices) {
      if (controllerOf(slice.metadata)?.uid !== service.metadata.uid) remove.push(slice);
      else append(existing, portsKey(slice.ports), slice);
    }

    const { groups } = roster;
    const create: EndpointSlice[] = [];
    const update: EndpointSlice[] = [];
    for (const [ports, group] of groups) {
      const packing = pack(existing.get(ports) ?? [], group, this.#settings.maxEndpointsPerSlice, (slice) =>
        withLabels(slice, labels),
      );
      for (const endpoints of packing.create) create.push(newSlice(service, labels, group.ports, endpoints));
      update.push(...packing.update);
      remove.push(...packing.remove);
    }
    for (const [ports, unwanted] of existing) if (!groups.has(ports)) remove.push(...unwanted);

    // A Service without endpoints keeps one empty slice, so that its consumers can tell it from one not looked at yet.
    if (create.length === 0 && remove.length === slices.length) {
      const placeholder = newSlice(service, labels, [], []);
      const [only] = remove;
      if (remove.length === 1 && only !== undefined && isSameSlice(only, placeholder)) remove.length = 0;
      else create.push(placeholder);
    }
    yield* this.#write(key, service, recycled(service, create, update, remove), triggerTime);
    const problems = roster.problems();
    if (problems.length > 0) throw new SyncError(problems.join(', '));
  }

  /** Creates, then updates, then deletes, one request after the other. */
  *#write(
    key: string,
    service: Service,
    { create, update, remove }: Plan,
    triggerTime: number | undefined,
  ): Steps<void> {
    if (service.metadata.deletionTimestamp === undefined) {
      for (const slice of create) {
        const response = yield* ask({ verb: 'create', object: withTriggerTime(slice, triggerTime) });
        if (response.ok) this.#tracker.wrote(key, response.object as EndpointSlice);
        else if (isNamespaceTerminating(response)) return;
        else throw failed('create', '', service, response);
      }
    }
    for (const slice of update) {
      const response = yield* ask({ verb: 'update', object: withTriggerTime(slice, triggerTime) });
      if (!response.ok) throw failed('update', `${slice.metadata.name} `, service, response);
      this.#tracker.wrote(key, response.object as EndpointSlice);
    }
    for (const slice of remove) {
      const request: Request = { verb: 'delete', kind: 'EndpointSlice', key: keyOf(slice) };
      const response = yield* ask(request);
      if (!response.ok) throw failed('delete', `${slice.metadata.name} `, service, response);
      this.#tracker.deleted(key, slice);
    }
  }
}

/** What the controller keeps about a Service between its syncs. */
interface Desk {
  readonly roster: Roster;
  /** What to look for in the cache; one object for all syncs, since the cache remembers what it found for it. */
  readonly labelsOfAll: Labels;
  service: Service;
  /** What its slices should be labelled; one object as long as it says the same. */
  labels: Labels;
}

interface Plan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

/** A slice that would go lends its name to one that would come: one update in place of a deletion and a creation. */
function recycled(
  service: Service,
  create: readonly EndpointSlice[],
  update: readonly EndpointSlice[],
  remove: readonly EndpointSlice[],
): Plan {
  const waiting = [...create];
  const updates = [...update];
  const removals = remove.filter((slice) => {
    if (waiting.length === 0 || controllerOf(slice.metadata)?.uid !== service.metadata.uid) return true;
    const next = waiting.pop()!;
    updates.push({ ...next, metadata: { ...next.metadata, name: slice.metadata.name } });
    return false;
  });
  return { create: waiting, update: updates, remove: removals };
}

function newSlice(
  service: Service,
  labels: Labels,
  ports: EndpointPorts,
  endpoints: readonly Endpoint[],
): EndpointSlice {
  return {
    kind: 'EndpointSlice',
    metadata: newObjectMeta({
      namespace: service.metadata.namespace,
      generateName: `${service.metadata.name}-`,
      labels,
      ownerReferences: [controllerReference(service)],
    }),
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}

/** The Service's own labels, and those that tie the slice to it. */
function sliceLabels(service: Service): Labels {
  const labels: Record<string, string> = {};
  for (const key of Object.keys(service.metadata.labels)) {
    if (!OWN_LABELS.has(key)) labels[key] = service.metadata.labels[key]!;
  }
  labels[LABEL_SERVICE_NAME] = service.metadata.name;
  labels[LABEL_MANAGED_BY] = MANAGED_BY;
  if (service.spec.clusterIP === 'None') labels[LABEL_HEADLESS] = '';
  return labels;
}

function withLabels(slice: EndpointSlice, labels: Labels): EndpointSlice {
  const { metadata } = slice;
  return sameData(metadata.labels, labels) ? slice : { ...slice, metadata: { ...metadata, labels } };
}

function withTriggerTime(slice: EndpointSlice, time: number | undefined): EndpointSlice {
  const { metadata } = slice;
  const { [TRIGGER_TIME]: before, ...others } = metadata.annotations;
  const text = time === undefined ? undefined : formatTimestamp(time);
  if (text === before) return slice;
  const annotations = text === undefined ? others : { ...others, [TRIGGER_TIME]: text };
  return withMetadata(slice, metaAnnotated(metadata, annotations));
}

function isSameSlice(a: EndpointSlice, b: EndpointSlice): boolean {
  return (
    sameData(a.endpoints, b.endpoints) && sameData(a.ports, b.ports) && sameData(a.metadata.labels, b.metadata.labels)
  );
}

function isStaying({ metadata }: EndpointSlice): boolean {
  return metadata.deletionTimestamp === undefined;
}

function zoneOf({ metadata }: Node): string | undefined {
  return metadata.labels[LABEL_ZONE];
}

function isManaged(slice: EndpointSlice): boolean {
  return slice.metadata.labels[LABEL_MANAGED_BY] === MANAGED_BY;
}

/** Key of the Service a slice is labelled for. */
function serviceOf(slice: EndpointSlice): string | undefined {
  const name = slice.metadata.labels[LABEL_SERVICE_NAME];
  return name === undefined || name === '' ? undefined : objectKey(slice.metadata.namespace, name);
}

function failed(verb: string, slice: string, service: Service, response: Response): SyncError {
  const message = response.ok ? '' : response.message;
  return new SyncError(`failed to ${verb} ${slice}EndpointSlice for Service ${keyOf(service)}: ${message}`);
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
