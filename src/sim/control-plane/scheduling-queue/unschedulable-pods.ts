import type { Labels } from '../../api/meta.ts';
import type { Pod, PodSpec } from '../../api/pod.ts';
import { type ClusterHappening, type HintTable, PodClass, queues, type Rejector, type Requeue } from './hints.ts';
import type { QueuedPod } from './queued-pod.ts';
import { AgeList } from './age-list.ts';

/**
 * Pods that wait for something to change, indexed by who rejected them: an event touches only pods that wait for a plugin
 * which has registered for it, and equal pods are asked about once.
 */
export class UnschedulablePods {
  readonly #hints: HintTable;
  readonly #ungated = new AgeList();
  /** Nothing but their gate can let them go. */
  readonly #gated = new AgeList();
  readonly #classes = new WeakMap<PodSpec, Map<string, Map<Labels, PodClass>>>();

  constructor(hints: HintTable) {
    this.#hints = hints;
  }

  get size(): number {
    return this.#ungated.size + this.#gated.size;
  }

  get gatedCount(): number {
    return this.#gated.size;
  }

  enter(queued: QueuedPod): void {
    const schedulerName = queued.pod.spec.schedulerName ?? 'default-scheduler';
    const podClass = this.#classOf(queued.pod);
    const rejectors = queued.gated
      ? [this.#hints.rejector(schedulerName, queued.gatingPlugin)]
      : this.#rejectorsOf(queued, schedulerName);
    queued.place = { schedulerName, podClass, rejectors };
    if (queued.gated) {
      this.#gated.enter(queued);
      rejectors[0]!.gated.add(queued);
      return;
    }
    this.#ungated.enter(queued);
    for (const rejector of rejectors) rejector.enter(podClass, queued);
  }

  /** Before anything changes that the pod is found by: its gate, its plugins, its timestamp. */
  leave(queued: QueuedPod): void {
    const { podClass, rejectors } = queued.place!;
    queued.place = undefined;
    if (queued.gated) {
      this.#gated.leave(queued);
      rejectors[0]!.gated.delete(queued);
      return;
    }
    this.#ungated.leave(queued);
    for (const rejector of rejectors) rejector.leave(podClass, queued);
  }

  /** A new version of a pod takes the place of the old one. */
  replace(queued: QueuedPod, pod: Pod): void {
    const place = queued.place!;
    queued.pod = pod;
    const podClass = this.#classOf(pod);
    if (podClass === place.podClass) return;
    queued.place = { ...place, podClass };
    if (queued.gated) return;
    for (const rejector of place.rejectors) {
      rejector.leave(place.podClass, queued);
      rejector.enter(podClass, queued);
    }
  }

  /** Pods a happening can help, with how they shall come back. */
  helpedBy(happening: ClusterHappening, eligible: ((pod: Pod) => boolean) | undefined): Map<QueuedPod, Requeue> {
    const helped = new Map<QueuedPod, Requeue>();
    for (const rejector of this.#hints.interested(happening.event)) {
      if (rejector.waiting.size > 0) this.#askWaiting(rejector, happening, eligible, helped);
      for (const queued of rejector.gated) {
        if (eligible !== undefined && !eligible(queued.pod)) continue;
        const answer = this.#hints.worthRequeuing(queued, queued.place!.schedulerName, happening);
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
            : this.#hints.worthRequeuing(queued, queued.place!.schedulerName, happening);
        helped.set(queued, answer);
      }
    }
  }

  /** Ungated pods that have waited since before `time`, oldest first. */
  waitingSince(time: number): QueuedPod[] {
    return this.#ungated.before(time);
  }

  oldestTimestamp(): number | undefined {
    return this.#ungated.oldest?.timestamp;
  }

  oldestGatedTimestamp(): number | undefined {
    return this.#gated.oldest?.timestamp;
  }

  #rejectorsOf(queued: QueuedPod, schedulerName: string): readonly Rejector[] {
    const { unschedulablePlugins, pendingPlugins } = queued;
    const rejectors: Rejector[] = [];
    for (const plugin of unschedulablePlugins) rejectors.push(this.#hints.rejector(schedulerName, plugin));
    for (const plugin of pendingPlugins) {
      if (!unschedulablePlugins.has(plugin)) rejectors.push(this.#hints.rejector(schedulerName, plugin));
    }
    return rejectors;
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
