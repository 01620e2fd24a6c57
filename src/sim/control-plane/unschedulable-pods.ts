import type { Labels } from '../api/meta.ts';
import type { Pod, PodSpec } from '../api/pod.ts';
import {
  type ClusterHappening,
  type HintTable,
  PodClass,
  queues,
  type Rejector,
  type Requeue,
} from './scheduling-queue-hints.ts';
import type { QueuedPod } from './scheduling-queue-pod.ts';
import { WaitingRoom } from './waiting-room.ts';

interface AgeKey {
  readonly timestamp: number;
  readonly sequence: number;
}

const byAge = (a: AgeKey, b: AgeKey): number => a.timestamp - b.timestamp || a.sequence - b.sequence;

/**
 * Pods that wait for something to change, indexed by who rejected them: an event touches only pods that wait for a plugin
 * which has registered for it, and equal pods are asked about once.
 */
export class UnschedulablePods {
  readonly #hints: HintTable;
  /** Oldest first; gated pods are not in it, for nothing but their gate can let them go. */
  readonly #byAge = new WaitingRoom<QueuedPod, AgeKey>(byAge);
  readonly #gatedByAge = new WaitingRoom<QueuedPod, AgeKey>(byAge);
  readonly #classes = new WeakMap<PodSpec, Map<string, Map<Labels, PodClass>>>();
  /** Where each pod stands in the index. */
  readonly #places = new Map<QueuedPod, { readonly schedulerName: string; readonly podClass: PodClass }>();

  constructor(hints: HintTable) {
    this.#hints = hints;
  }

  get size(): number {
    return this.#places.size;
  }

  get gatedCount(): number {
    return this.#places.size - this.#byAge.size;
  }

  enter(queued: QueuedPod): void {
    const schedulerName = queued.pod.spec.schedulerName ?? 'default-scheduler';
    const place = { schedulerName, podClass: this.#classOf(queued.pod) };
    this.#places.set(queued, place);
    const age = { timestamp: queued.timestamp, sequence: queued.sequence };
    if (queued.gated) {
      this.#gatedByAge.enter(queued, age);
      this.#hints.rejector(schedulerName, queued.gatingPlugin).gated.add(queued);
      return;
    }
    this.#byAge.enter(queued, age);
    for (const rejector of this.#rejectorsOf(queued, schedulerName)) {
      let pods = rejector.waiting.get(place.podClass);
      if (pods === undefined) rejector.waiting.set(place.podClass, (pods = new Set()));
      pods.add(queued);
    }
  }

  /** As the pod was when it entered: whoever changes its plugins must leave first. */
  leave(queued: QueuedPod): void {
    const place = this.#places.get(queued);
    if (place === undefined) return;
    this.#places.delete(queued);
    if (queued.gated) {
      this.#gatedByAge.leave(queued);
      this.#hints.rejector(place.schedulerName, queued.gatingPlugin).gated.delete(queued);
      return;
    }
    this.#byAge.leave(queued);
    for (const rejector of this.#rejectorsOf(queued, place.schedulerName)) {
      const pods = rejector.waiting.get(place.podClass);
      if (pods === undefined) continue;
      pods.delete(queued);
      if (pods.size === 0) rejector.waiting.delete(place.podClass);
    }
  }

  /** Pods a happening can help, with how they shall come back. */
  helpedBy(happening: ClusterHappening, eligible: ((pod: Pod) => boolean) | undefined): Map<QueuedPod, Requeue> {
    const helped = new Map<QueuedPod, Requeue>();
    for (const rejector of this.#hints.interested(happening.event)) {
      if (rejector.waiting.size > 0) this.#askWaiting(rejector, happening, eligible, helped);
      for (const queued of rejector.gated) {
        if (eligible !== undefined && !eligible(queued.pod)) continue;
        const answer = this.#hints.worthRequeuing(queued, this.#places.get(queued)!.schedulerName, happening);
        if (answer !== 'skip') helped.set(queued, answer);
      }
    }
    return helped;
  }

  #askWaiting(
    rejector: Rejector,
    happening: ClusterHappening,
    eligible: ((pod: Pod) => boolean) | undefined,
    helped: Map<QueuedPod, Requeue>,
  ): void {
    const hints = rejector.hintsFor(happening.event);
    const alike = hints.every((hint) => hint.hint === undefined || hint.sameForEqualPods === true);
    for (const pods of rejector.waiting.values()) {
      let shared: boolean | undefined;
      for (const queued of pods) {
        let yes = shared;
        if (yes === undefined) {
          yes = hints.some((hint) => queues(hint, queued.pod, happening));
          if (alike) shared = yes;
        }
        if (!yes && alike) break;
        if (!yes || (eligible !== undefined && !eligible(queued.pod))) continue;
        // Plugins that wait for something outside can still answer "immediately".
        const answer =
          queued.pendingPlugins.size === 0
            ? 'after-backoff'
            : this.#hints.worthRequeuing(queued, this.#places.get(queued)!.schedulerName, happening);
        helped.set(queued, answer);
      }
    }
  }

  /** Ungated pods that have waited since before `time`, oldest first. */
  waitingSince(time: number): QueuedPod[] {
    const found: QueuedPod[] = [];
    for (;;) {
      const queued = this.#byAge.peek();
      if (queued === undefined || queued.timestamp >= time) break;
      this.#byAge.pop();
      found.push(queued);
    }
    for (const queued of found) this.#byAge.enter(queued, { timestamp: queued.timestamp, sequence: queued.sequence });
    return found;
  }

  oldestTimestamp(): number | undefined {
    return this.#byAge.peek()?.timestamp;
  }

  oldestGatedTimestamp(): number | undefined {
    return this.#gatedByAge.peek()?.timestamp;
  }

  #rejectorsOf(queued: QueuedPod, schedulerName: string): Rejector[] {
    const plugins = new Set([...queued.unschedulablePlugins, ...queued.pendingPlugins]);
    return [...plugins].map((plugin) => this.#hints.rejector(schedulerName, plugin));
  }

  #classOf(pod: Pod): PodClass {
    let byNamespace = this.#classes.get(pod.spec);
    if (byNamespace === undefined) this.#classes.set(pod.spec, (byNamespace = new Map()));
    let byLabels = byNamespace.get(pod.metadata.namespace);
    if (byLabels === undefined) byNamespace.set(pod.metadata.namespace, (byLabels = new Map()));
    let podClass = byLabels.get(pod.metadata.labels);
    if (podClass === undefined) byLabels.set(pod.metadata.labels, (podClass = new PodClass(pod.spec)));
    return podClass;
  }
}
