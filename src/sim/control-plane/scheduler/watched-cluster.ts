import type { Change } from '../../api/change.ts';
import { keyOf, type Kind } from '../../api/kinds.ts';
import type { Node } from '../../api/node.ts';
import { isPodTerminal, type Pod } from '../../api/pod.ts';
import type { SchedulingPolicy } from '../../policy-api/scheduler.ts';
import { schedulerNameOf, type SchedulingQueue } from '../scheduling-queue/scheduling-queue.ts';
import { nodeEvents, podEvents } from './cluster-events.ts';
import { isAssigned, nominationOf } from './nomination.ts';
import type { PermitRoom } from './permit-room.ts';

/**
 * What the watches deliver, told to those it concerns: nodes and pods with a node to the policy's cache, pods without one
 * to the queue, and every change to the pods in the queue that it may help (semantics sheet 5.6).
 */
export class WatchedCluster {
  /** Pods as last seen, by key; those that have finished are gone. */
  readonly pods = new Map<string, Pod>();
  readonly #policy: SchedulingPolicy;
  readonly #queue: SchedulingQueue;
  readonly #permits: PermitRoom;

  constructor(policy: SchedulingPolicy, queue: SchedulingQueue, permits: PermitRoom) {
    this.#policy = policy;
    this.#queue = queue;
    this.#permits = permits;
  }

  nodeChanged(change: Change<'Node'>): void {
    const { object: node, previous, type } = change;
    if (type === 'DELETED') {
      this.#queue.moveAll('Node/Delete', change);
      this.#policy.removeNode(node.metadata.name);
    } else {
      this.#policy.setNode(node);
      if (previous === undefined) this.#queue.moveAll('Node/Add', change);
      else for (const event of nodeEvents(previous as Node, node)) this.#queue.moveAll(event, change);
    }
  }

  otherChanged(kind: Kind, change: Change): void {
    const action = change.type === 'ADDED' ? 'Add' : change.type === 'DELETED' ? 'Delete' : 'Update';
    this.#queue.moveAll(`${kind}/${action}`, change);
  }

  /** A pod that has finished is gone for the scheduler. */
  podChanged(change: Change<'Pod'>): void {
    const key = change.key ?? keyOf(change.object);
    const known = this.pods.get(key);
    const gone = change.type === 'DELETED' || isPodTerminal(change.object);
    if (known !== undefined && (gone || known.metadata.uid !== change.object.metadata.uid)) {
      this.pods.delete(key);
      this.#podGone({ type: 'DELETED', object: gone ? change.object : known, previous: known }, known);
    }
    if (!gone) {
      const previous = known?.metadata.uid === change.object.metadata.uid ? known : undefined;
      this.pods.set(key, change.object);
      this.#podSeen({ type: previous === undefined ? 'ADDED' : 'MODIFIED', object: change.object, previous, key });
    }
  }

  #podSeen(change: Change<'Pod'>): void {
    const { object: pod, previous } = change;
    if (isAssigned(pod)) {
      this.#policy.setPod(pod);
      if (previous !== undefined && isAssigned(previous)) {
        for (const event of podEvents(previous, pod)) this.#queue.moveAll(event, change);
        return;
      }
      this.#queue.delete(change.key ?? keyOf(pod));
      this.#policy.denominate(pod.metadata.uid);
      this.#queue.moveAll('AssignedPod/Add', change);
      return;
    }
    if (!this.#policy.schedulerNames.includes(schedulerNameOf(pod))) return;
    const { uid } = pod.metadata;
    if (previous === undefined) {
      this.#queue.add(pod, change.key);
      if (nominationOf(pod) !== '') this.#policy.nominate(pod, nominationOf(pod));
      return;
    }
    if (this.#policy.isAssumed(uid)) {
      const dying = pod.metadata.deletionTimestamp !== undefined && previous.metadata.deletionTimestamp === undefined;
      if (dying) this.#giveUpAssumed(change);
      return;
    }
    const inFlight = this.#queue.isInFlight(uid);
    this.#queue.update(change, podEvents(previous, pod));
    if (!inFlight) this.#updateNomination(previous, pod);
    if (nominationOf(previous) !== '' && nominationOf(previous) !== nominationOf(pod)) this.#nominationFreed(previous);
  }

  #podGone(change: Change<'Pod'>, known: Pod): void {
    const { uid } = known.metadata;
    if (isAssigned(known)) {
      this.#policy.removePod(uid);
      this.#queue.moveAll('AssignedPod/Delete', change);
      return;
    }
    if (!this.#policy.schedulerNames.includes(schedulerNameOf(known))) return;
    this.#queue.delete(keyOf(known));
    this.#policy.denominate(uid);
    if (this.#policy.isAssumed(uid)) this.#giveUpAssumed(change);
    else if (nominationOf(known) !== '') this.#nominationFreed(known);
  }

  /** An assumed pod that is deleted before it is bound: its place is free again. */
  #giveUpAssumed(change: Change<'Pod'>): void {
    const { uid } = change.object.metadata;
    if (this.#permits.remove(uid)) return;
    this.#policy.removePod(uid);
    this.#queue.moveAll('AssignedPod/Delete', { ...change, type: 'DELETED' });
  }

  /** A nomination that is no more helps pods of no higher priority. */
  #nominationFreed(pod: Pod): void {
    const priority = pod.spec.priority ?? 0;
    this.#queue.moveAll(
      'AssignedPod/Delete',
      { type: 'DELETED', object: pod, previous: pod },
      (other) => (other.spec.priority ?? 0) <= priority,
    );
  }

  /** A nomination held in memory outlives an update that knows nothing of it (semantics sheet 5.9). */
  #updateNomination(previous: Pod, pod: Pod): void {
    const { uid } = pod.metadata;
    const inMemory = this.#policy.nominatedNode(uid);
    const node = nominationOf(previous) === '' && nominationOf(pod) === '' ? inMemory : nominationOf(pod);
    if (inMemory !== undefined) this.#policy.denominate(uid);
    if (node !== undefined && node !== '') this.#policy.nominate(pod, node);
  }
}
