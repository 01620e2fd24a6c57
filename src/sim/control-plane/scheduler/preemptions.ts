import { keyOf } from '../../api/kinds.ts';
import type { Pod, PodStatus } from '../../api/pod.ts';
import type { Client, EventRecorder } from '../../api/request.ts';
import type { SchedulingPolicy } from '../../policy-api/scheduler.ts';
import { wholeSecond } from '../api-server/outcome.ts';
import { schedulerNameOf } from '../scheduling-queue/scheduling-queue.ts';
import { nominationOf } from './nomination.ts';
import type { PermitRoom } from './permit-room.ts';
import type { PreBindings } from './pre-bindings.ts';

/** Whom a preemption has to deal with. */
export interface PreemptionNeighbours {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly policy: SchedulingPolicy;
  readonly permits: PermitRoom;
  readonly preBindings: PreBindings;
  /** The pods as the watch has shown them, by key. */
  readonly pods: ReadonlyMap<string, Pod>;
  now(): number;
  /** A victim could not be evicted: the preemptor is to be tried again. */
  failed(preemptor: Pod): void;
}

/** Carries preemptions out: asks the victims to go (semantics sheet 6.6). */
export class Preemptions {
  readonly #neighbours: PreemptionNeighbours;
  /** Preemptors whose victims are being evicted, each with the last of them. */
  readonly #underWay = new Map<string, Pod>();

  constructor(neighbours: PreemptionNeighbours) {
    this.#neighbours = neighbours;
  }

  /** Whether the last victim of a pod has not been asked to go yet. */
  isPreempting(uid: string): boolean {
    const last = this.#underWay.get(uid);
    return last !== undefined && !this.#isGoing(last);
  }

  /** Evicts the victims, the last one when all others have been asked to go. */
  begin(preemptor: Pod, nodeName: string, victims: readonly Pod[]): void {
    const { uid } = preemptor.metadata;
    this.#clearLowerNominations(preemptor, nodeName);
    const going = victims.filter((victim) => !this.#isGoing(victim));
    const last = going.pop();
    if (last === undefined) return;
    this.#underWay.set(uid, last);
    let waiting = going.length;
    let failed = false;
    const finish = (ok: boolean): void => {
      this.#underWay.delete(uid);
      if (!ok) this.#neighbours.failed(preemptor);
    };
    const evictLast = (): void => {
      if (failed) finish(false);
      else this.#evict(preemptor, nodeName, last, finish);
    };
    for (const victim of going) {
      this.#evict(preemptor, nodeName, victim, (ok) => {
        failed ||= !ok;
        if (--waiting === 0) evictLast();
      });
    }
    if (waiting === 0) evictLast();
  }

  #evict(preemptor: Pod, nodeName: string, victim: Pod, done: (ok: boolean) => void): void {
    const { client, permits, preBindings, recorder, now } = this.#neighbours;
    const { uid } = victim.metadata;
    const text = `Preempted by pod ${preemptor.metadata.uid} on node ${nodeName}`;
    // A victim that is not bound yet gives its place back and is tried again.
    if (permits.preempt(uid) || preBindings.cancel(uid)) {
      recorder.record(victim, 'Normal', 'Preempted', `${text} (in kube-scheduler memory).`);
      done(true);
      return;
    }
    const key = keyOf(victim);
    const status: Partial<PodStatus> = {
      conditions: [
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'PreemptionByScheduler',
          message: `${schedulerNameOf(preemptor)}: preempting to accommodate a higher priority pod`,
          lastTransitionTime: wholeSecond(now()),
        },
      ],
    };
    client.send({ verb: 'patch-status', kind: 'Pod', key, uid, status }, (patched) => {
      if (!patched.ok) {
        done(patched.reason === 'NotFound');
        return;
      }
      client.send({ verb: 'delete', kind: 'Pod', key, uid }, (deleted) => {
        if (deleted.ok) recorder.record(victim, 'Normal', 'Preempted', text);
        done(deleted.ok || deleted.reason === 'NotFound');
      });
    });
  }

  /** Pods of lower priority that have the node in mind would wait there in vain. */
  #clearLowerNominations(preemptor: Pod, nodeName: string): void {
    const { client, policy } = this.#neighbours;
    const priority = preemptor.spec.priority ?? 0;
    for (const pod of policy.nominatedPods(nodeName)) {
      if ((pod.spec.priority ?? 0) >= priority) continue;
      if (pod.metadata.uid === preemptor.metadata.uid) continue;
      policy.denominate(pod.metadata.uid);
      if (nominationOf(pod) === '') continue;
      const { uid } = pod.metadata;
      const status: Partial<PodStatus> = { nominatedNodeName: undefined };
      client.send({ verb: 'patch-status', kind: 'Pod', key: keyOf(pod), uid, status }, () => undefined);
    }
  }

  #isGoing(victim: Pod): boolean {
    const fresh = this.#neighbours.pods.get(keyOf(victim));
    return (
      fresh === undefined ||
      fresh.metadata.uid !== victim.metadata.uid ||
      fresh.metadata.deletionTimestamp !== undefined
    );
  }
}
