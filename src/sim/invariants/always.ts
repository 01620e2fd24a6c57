import type { Change } from '../api/change.ts';
import { keyOf, type ApiObject } from '../api/kinds.ts';
import { isPodTerminal, type Pod, type PodPhase } from '../api/pod.ts';
import { podRequests, resourcesOf } from '../api/pod-requests.ts';
import type { Node } from '../api/node.ts';

/** An invariant that did not hold: its number in the fact sheet, and what was there. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';

  constructor(invariant: string, what: string, at: number) {
    super(`${invariant} at ${at} µs: ${what}`);
  }
}

interface Load {
  milliCpu: number;
  memoryBytes: number;
  pods: number;
}

const FOLLOWING: { readonly [P in PodPhase]: readonly PodPhase[] } = {
  Pending: ['Pending', 'Running', 'Succeeded', 'Failed'],
  Running: ['Running', 'Succeeded', 'Failed'],
  Succeeded: ['Succeeded'],
  Failed: ['Failed'],
  Unknown: [],
};

/**
 * What must hold after every commit, whatever happens (kubernetes-behaviour.md 9.1, 9.2): an observer of the true state
 * that throws at the first commit after which something does not.
 */
export class AlwaysInvariants {
  readonly #nodes = new Map<string, Node>();
  readonly #loads = new Map<string, Load>();
  readonly #uids = new Set<string>();
  #revision = 0;

  /** @throws InvariantBroken */
  committed(change: Change, at: number): void {
    const { object, previous, type } = change;
    const { metadata } = object;
    const require = (holds: boolean, invariant: string, what: string): void => {
      if (!holds) throw new InvariantBroken(invariant, `${object.kind} ${keyOf(object)}: ${what}`, at);
    };
    require(metadata.resourceVersion >
      this.#revision, 'I1', `revision ${metadata.resourceVersion} after ${this.#revision}`);
    this.#revision = metadata.resourceVersion;
    if (type === 'ADDED') {
      require(!this.#uids.has(metadata.uid), 'I8', `uid ${metadata.uid} was used before`);
      this.#uids.add(metadata.uid);
    }
    if (previous !== undefined) {
      const before = previous.metadata;
      require(before.uid === metadata.uid, 'I8', 'its uid changed');
      require(before.creationTimestamp === metadata.creationTimestamp, 'P28', 'its creation time changed');
      const asked = before.deletionTimestamp;
      const asks = metadata.deletionTimestamp;
      require(asked === undefined || asks !== undefined, 'I10', 'its deletion was taken back');
      if (asked !== asks && asked !== undefined) {
        // An overdue deletion that is hastened becomes due at that moment (recorded: kubelet/termination/shortened).
        require(asks! <= Math.max(asked, at), 'I10', 'its deletion was put off');
        const shorter = metadata.deletionGracePeriodSeconds! < before.deletionGracePeriodSeconds!;
        require(shorter, 'I10', 'its deletion moved and its grace did not become shorter');
      }
      const grown = metadata.generation - before.generation;
      require(grown === 0 || grown === 1, 'I9', `its generation grew by ${grown}`);
    }
    const observed = observedGeneration(object);
    if (observed !== undefined) {
      require(observed <= metadata.generation, 'I9', `generation ${observed} was observed before it was`);
    }
    if (object.kind === 'Node') this.#nodes.set(metadata.name, object);
    if (object.kind === 'Pod') this.#pod(change as Change<'Pod'>, require);
  }

  #pod(change: Change<'Pod'>, require: (holds: boolean, invariant: string, what: string) => void): void {
    const { object: pod, previous } = change;
    const node = pod.spec.nodeName;
    if (previous !== undefined) {
      const before = previous.spec.nodeName;
      require(before === undefined || before === node, 'P1', `moved from ${before} to ${node}`);
      const legal = FOLLOWING[previous.status.phase].includes(pod.status.phase);
      require(legal, 'P3', `went from ${previous.status.phase} to ${pod.status.phase}`);
      require(restarts(pod) >= restarts(previous), 'P7', 'its restarts became fewer');
    }
    const ready = pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
    require(!ready || pod.status.phase === 'Running', 'P4', `is Ready in phase ${pod.status.phase}`);
    const heldBefore = previous !== undefined && holds(previous);
    const heldNow = change.type !== 'DELETED' && holds(pod);
    if (heldBefore && !heldNow) this.#count(previous.spec.nodeName!, previous, -1);
    if (!heldBefore && heldNow) this.#count(node!, pod, 1);
    if (!heldBefore && heldNow) this.#fits(node!, require);
  }

  #count(nodeName: string, pod: Pod, by: 1 | -1): void {
    let load = this.#loads.get(nodeName);
    if (load === undefined) this.#loads.set(nodeName, (load = { milliCpu: 0, memoryBytes: 0, pods: 0 }));
    const requests = podRequests(pod);
    load.milliCpu += by * requests.milliCpu;
    load.memoryBytes += by * requests.memoryBytes;
    load.pods += by;
  }

  #fits(nodeName: string, require: (holds: boolean, invariant: string, what: string) => void): void {
    const node = this.#nodes.get(nodeName);
    require(node !== undefined, 'P31', `was bound to ${nodeName}, which does not exist`);
    const load = this.#loads.get(nodeName)!;
    const room = resourcesOf(node!.status.allocatable);
    require(load.milliCpu <= room.milliCpu, 'P30', `${nodeName} has ${load.milliCpu}m of ${room.milliCpu}m CPU taken`);
    require(load.memoryBytes <= room.memoryBytes, 'P30', `${nodeName} has more memory taken than it has`);
    require(load.pods <= room.pods, 'P30', `${nodeName} has ${load.pods} of ${room.pods} pods`);
  }
}

/** It has a node and has not finished: its requests count. */
function holds(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && !isPodTerminal(pod);
}

function restarts(pod: Pod): number {
  let sum = 0;
  for (const container of pod.status.containerStatuses ?? []) sum += container.restartCount;
  return sum;
}

/** Undefined where the status has no such member, or another thing under its name. */
function observedGeneration(object: ApiObject): number | undefined {
  const status: unknown = 'status' in object ? object.status : undefined;
  if (typeof status !== 'object' || status === null || !('observedGeneration' in status)) return undefined;
  return typeof status.observedGeneration === 'number' ? status.observedGeneration : undefined;
}
