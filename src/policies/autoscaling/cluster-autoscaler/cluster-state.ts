import type { Node } from '../../../sim/api/node.ts';
import { conditionStatus } from '../../../sim/api/pod.ts';
import type { CloudInstance, CloudNodeGroup, CloudProvider } from '../../../sim/policy-api/cloud.ts';
import type { NodeGroupBackoff } from './back-off.ts';
import { goDuration } from './go-duration.ts';
import type { ClusterAutoscalerSettings } from './settings.ts';

/** Who hears of what happens to node groups. */
export type StateLog = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

interface ScaleUpRequest {
  increase: number;
  since: number;
  expectedBy: number;
}

/** How the nodes of a group are, by name. */
interface Readiness {
  readonly ready: string[];
  readonly unready: string[];
  /** Registered a short while ago, and not ready yet. */
  readonly notStarted: string[];
  readonly unregistered: string[];
  /** Machines that should have become nodes long ago. */
  readonly longUnregistered: string[];
}

/** Taints of a node that nothing can be put on yet, whatever its condition says. */
const NOT_READY_TAINTS: ReadonlySet<string> = new Set([
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/network-unavailable',
]);

export function isNodeReady({ spec, status: { conditions } }: Node): boolean {
  if (conditionStatus(conditions, 'Ready') !== 'True') return false;
  if (conditionStatus(conditions, 'DiskPressure') === 'True') return false;
  if (conditionStatus(conditions, 'NetworkUnavailable') === 'True') return false;
  return spec.taints === undefined || spec.taints.every(({ key }) => !NOT_READY_TAINTS.has(key));
}

/**
 * What cluster-autoscaler knows of its node groups between two loops: whose nodes have not come yet, which growth is under
 * way and by when it should be done, which machines failed, and which group is left alone after a failure.
 */
export class ClusterState {
  readonly #cloud: CloudProvider;
  readonly #settings: ClusterAutoscalerSettings;
  readonly #backoff: NodeGroupBackoff;
  readonly #log: StateLog;
  readonly #requests = new Map<string, ScaleUpRequest>();
  readonly #unregisteredSince = new Map<string, number>();
  readonly #seenErrors = new Set<string>();
  #readiness = new Map<string, Readiness>();
  #unready = 0;
  #nodeCount = 0;

  constructor(cloud: CloudProvider, settings: ClusterAutoscalerSettings, backoff: NodeGroupBackoff, log: StateLog) {
    this.#cloud = cloud;
    this.#settings = settings;
    this.#backoff = backoff;
    this.#log = log;
  }

  update(nodes: readonly Node[], now: number): void {
    this.#readiness = new Map(this.#cloud.nodeGroups().map(({ id }) => [id, nothing()]));
    this.#countNodes(nodes, now);
    this.#countMachines(nodes, now);
    this.#backoff.forgetOld(now);
    for (const group of this.#cloud.nodeGroups()) {
      this.#updateRequest(group, now);
      this.#handleErrors(group, now);
    }
  }

  registerScaleUp(group: string, delta: number, now: number): void {
    const request = this.#requests.get(group);
    if (request === undefined) {
      if (delta <= 0) return;
      const expectedBy = now + this.#settings.maxNodeProvisionTime;
      this.#requests.set(group, { increase: delta, since: now, expectedBy });
      return;
    }
    request.increase += delta;
    if (request.increase <= 0) this.#requests.delete(group);
    if (delta <= 0) return;
    request.since = now;
    request.expectedBy = now + this.#settings.maxNodeProvisionTime;
  }

  /** Too many nodes are not ready: better touch nothing. */
  get isHealthy(): boolean {
    const { okTotalUnreadyCount: ok, maxTotalUnreadyPercentage: most } = this.#settings;
    return this.#unready <= ok || this.#unready <= (most / 100) * this.#nodeCount;
  }

  /** Why a group cannot grow now, in cluster-autoscaler's words; undefined: it can. */
  refusalOf(group: CloudNodeGroup, now: number): string | undefined {
    if (!this.#isGroupHealthy(group)) return 'not ready for scale-up';
    return this.#backoff.until(group.id, now) === undefined ? undefined : 'in backoff after failed scale-up';
  }

  /** How many nodes of each group are on their way, and which of them have a Node already. */
  upcoming(now: number): ReadonlyMap<string, { readonly count: number; readonly registered: readonly string[] }> {
    const coming = new Map<string, { count: number; registered: readonly string[] }>();
    for (const group of this.#cloud.nodeGroups()) {
      const count = this.#missing(group);
      if (count <= 0 || !this.#requests.has(group.id) || this.#backoff.until(group.id, now) !== undefined) continue;
      coming.set(group.id, { count, registered: this.#readiness.get(group.id)!.notStarted });
    }
    return coming;
  }

  /** Machines without a Node that are given up, by group. */
  longUnregistered(group: CloudNodeGroup): readonly string[] {
    return this.#readiness.get(group.id)!.longUnregistered;
  }

  /** The next moment at which something changes that no object of the API tells; Infinity: none. */
  nextDue(nodes: readonly Node[], now: number): number {
    const { maxNodeProvisionTime, maxNodeStartupTime } = this.#settings;
    // While machines come and go, every look may show something new.
    const isMoving = this.#cloud
      .nodeGroups()
      .some((group) => group.instances().some(({ state }) => state !== 'running'));
    const moments: number[] = isMoving ? [now + 1] : [];
    for (const { expectedBy } of this.#requests.values()) moments.push(expectedBy + 1);
    for (const since of this.#unregisteredSince.values()) moments.push(since + maxNodeProvisionTime + 1);
    for (const node of nodes) {
      if (!isNodeReady(node)) moments.push(node.metadata.creationTimestamp + maxNodeStartupTime);
    }
    return moments.reduce((least, at) => (at > now ? Math.min(least, at) : least), Infinity);
  }

  #countNodes(nodes: readonly Node[], now: number): void {
    this.#unready = 0;
    this.#nodeCount = nodes.length;
    for (const node of nodes) {
      const { name, creationTimestamp } = node.metadata;
      const readiness = this.#readiness.get(this.#cloud.groupOf(name)?.id ?? '');
      const state = this.#cloud.stateOf(name);
      if (state === 'deleting' || state === 'gone') continue;
      if (isNodeReady(node)) readiness?.ready.push(name);
      else if (creationTimestamp + this.#settings.maxNodeStartupTime > now) readiness?.notStarted.push(name);
      else {
        readiness?.unready.push(name);
        this.#unready++;
      }
    }
  }

  #countMachines(nodes: readonly Node[], now: number): void {
    const registered = new Set(nodes.map(({ metadata }) => metadata.name));
    const before = new Map(this.#unregisteredSince);
    this.#unregisteredSince.clear();
    for (const group of this.#cloud.nodeGroups()) {
      const { unregistered, longUnregistered } = this.#readiness.get(group.id)!;
      for (const { name, state, error } of group.instances()) {
        // What is not there yet is no instance that could have registered.
        if (registered.has(name) || state !== 'running' || error !== undefined) continue;
        const since = before.get(name) ?? now;
        this.#unregisteredSince.set(name, since);
        (since + this.#settings.maxNodeProvisionTime < now ? longUnregistered : unregistered).push(name);
      }
    }
  }

  #missing(group: CloudNodeGroup): number {
    const { ready, unready, longUnregistered } = this.#readiness.get(group.id)!;
    return group.targetSize - ready.length - unready.length - longUnregistered.length;
  }

  #updateRequest(group: CloudNodeGroup, now: number): void {
    const request = this.#requests.get(group.id);
    if (request === undefined) return;
    if (this.#missing(group) <= 0) {
      this.#requests.delete(group.id);
      return;
    }
    if (request.expectedBy >= now) return;
    const waited = goDuration(now - request.since);
    this.#log('Warning', 'ScaleUpTimedOut', `Nodes added to group ${group.id} failed to register within ${waited}`);
    this.#backoff.failed(group.id, now);
    if (group.decreaseTargetSize(request.increase) < request.increase) {
      const failed = `Failed to decrease target size for group ${group.id} after scale-up timeout: attempt to delete existing nodes`;
      this.#log('Warning', 'FailedToRevertScaleUp', failed);
    }
    this.#requests.delete(group.id);
  }

  /** Machines that the cloud could not make: told once, and a reason to leave the group alone. */
  #handleErrors(group: CloudNodeGroup, now: number): void {
    const fresh = group.instances().filter(({ name, error }) => error !== undefined && !this.#seenErrors.has(name));
    for (const { name } of fresh) this.#seenErrors.add(name);
    const isGrowing = this.#requests.has(group.id) && this.#missing(group) > 0;
    if (fresh.length === 0 || !isGrowing) return;
    for (const [code, instances] of byCode(fresh)) {
      const { length } = instances;
      const messages = [...new Set(instances.map(({ error }) => error!.message))].join(', ');
      const text = `Failed adding ${length} nodes to group ${group.id} due to ${code}; source errors: ${messages}`;
      this.#log('Warning', 'ScaleUpFailed', text);
      this.registerScaleUp(group.id, -length, now);
      this.#backoff.failed(group.id, now);
    }
  }

  #isGroupHealthy(group: CloudNodeGroup): boolean {
    const { ready, unready, notStarted, longUnregistered } = this.#readiness.get(group.id)!;
    const { okTotalUnreadyCount: ok, maxTotalUnreadyPercentage: most } = this.#settings;
    const increase = this.#requests.get(group.id)?.increase ?? 0;
    const missing = Math.max(0, group.targetSize - longUnregistered.length - increase - ready.length);
    return missing <= ok || missing <= (most / 100) * (ready.length + unready.length + notStarted.length);
  }
}

function byCode(instances: readonly CloudInstance[]): ReadonlyMap<string, readonly CloudInstance[]> {
  const found = new Map<string, CloudInstance[]>();
  for (const instance of instances) {
    const code = `${instance.error!.class === 'OutOfResources' ? 'OutOfResource' : 'Other'}.${instance.error!.code}`;
    const known = found.get(code);
    if (known === undefined) found.set(code, [instance]);
    else known.push(instance);
  }
  return found;
}

function nothing(): Readiness {
  return { ready: [], unready: [], notStarted: [], unregistered: [], longUnregistered: [] };
}
