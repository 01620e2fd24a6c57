import type { EventRecord, PodRecord, RecordSink } from '../../sim/recorder/records.ts';
import { BinnedMeans } from './binned-means.ts';
import { EventTallies } from './event-tally.ts';
import { SlowestPods } from './slowest-pods.ts';
import { IN_QUEUE, STARTING, waitingReason } from './waiting-reason.ts';

/** Reasons of their own; whatever comes later is counted under one name. */
const MOST_REASONS = 40;
const OTHER = 'for other reasons';

/**
 * What the page of a run needs beyond its run record, gathered from the rows as they are written. It keeps nothing for
 * each pod that is gone, so its size depends on the nodes, not on the pods.
 */
export class RunObservations implements RecordSink {
  readonly cpuOfNodes = new BinnedMeans();
  readonly podsOfNodes = new BinnedMeans();
  readonly waiting = new BinnedMeans();
  readonly slowest = new SlowestPods();
  readonly events = new EventTallies();
  #open: PodRecord[] = [];
  /** Why the scheduler last refused a pod that is still there, by namespace and name. */
  readonly #refusals = new Map<string, string>();
  readonly #reasons = new Set<string>();

  pod(pod: PodRecord): void {
    if (pod.finishedAt < 0 && pod.removedAt < 0) this.#open.push(pod);
    else this.#settle(pod, pod.finishedAt >= 0 ? pod.finishedAt : pod.removedAt);
  }

  event(event: EventRecord): void {
    this.events.add(event);
    if (event.reason !== 'FailedScheduling') return;
    this.#refusals.set(`${event.namespace}/${event.object}`, waitingReason(event.message));
  }

  /** The run is over: what was still going on lasted until then. */
  finish(endedAt: number): void {
    for (const pod of this.#open) this.#settle(pod, endedAt);
    this.#open = [];
    for (const bins of [this.cpuOfNodes, this.podsOfNodes, this.waiting]) bins.reach(endedAt);
  }

  #settle(pod: PodRecord, until: number): void {
    const { node, createdAt, scheduledAt, startedAt, requestedMilliCpu } = pod;
    const boundAt = scheduledAt >= 0 ? scheduledAt : until;
    this.waiting.add(this.#reasonOf(pod), createdAt, boundAt, 1);
    if (node !== '') {
      this.waiting.add(STARTING, boundAt, startedAt >= 0 ? startedAt : until, 1);
      this.cpuOfNodes.add(node, boundAt, until, requestedMilliCpu);
      this.podsOfNodes.add(node, boundAt, until, 1);
    }
    this.slowest.offer(pod, until);
  }

  #reasonOf({ namespace, name }: PodRecord): string {
    const key = `${namespace}/Pod/${name}`;
    const refused = this.#refusals.get(key);
    if (refused === undefined) return IN_QUEUE;
    this.#refusals.delete(key);
    if (this.#reasons.has(refused)) return refused;
    if (this.#reasons.size >= MOST_REASONS) return OTHER;
    this.#reasons.add(refused);
    return refused;
  }
}
