import type { Change } from '../../api/change.ts';
import type { Pod } from '../../api/pod.ts';
import type { ClusterEventHint, ProfileHints } from '../../policy-api/scheduling.ts';
import type { QueuedPod } from './queued-pod.ts';

/** kube-scheduler's resource and action, for instance `Node/Add` or `AssignedPod/Delete`. */
export type ClusterEvent = string;

/** Something that happened to the cluster, with what the watch said about it; `undefined` where it said nothing. */
export interface ClusterHappening {
  readonly event: ClusterEvent;
  readonly change: Change | undefined;
}

/** What a change means for a rejected pod. */
export type Requeue = 'skip' | 'after-backoff' | 'immediately';

const NOTHING: readonly ClusterEventHint[] = Object.freeze([]);

/** A plugin of a profile as a reason for pods to wait: its hints, and the pods that wait for it. */
export class Rejector {
  readonly plugin: string;
  /** Pods by what makes them equal; gated pods apart. */
  readonly waiting = new Map<PodClass, Set<QueuedPod>>();
  readonly gated = new Set<QueuedPod>();
  readonly #hints: readonly ClusterEventHint[];
  readonly #byEvent = new Map<ClusterEvent, readonly ClusterEventHint[]>();

  constructor(plugin: string, hints: readonly ClusterEventHint[]) {
    this.plugin = plugin;
    this.#hints = hints;
  }

  enter(podClass: PodClass, queued: QueuedPod): void {
    let pods = this.waiting.get(podClass);
    if (pods === undefined) this.waiting.set(podClass, (pods = new Set()));
    pods.add(queued);
  }

  leave(podClass: PodClass, queued: QueuedPod): void {
    const pods = this.waiting.get(podClass);
    if (pods === undefined) return;
    pods.delete(queued);
    if (pods.size === 0) this.waiting.delete(podClass);
  }

  hintsFor(event: ClusterEvent): readonly ClusterEventHint[] {
    let hints = this.#byEvent.get(event);
    if (hints === undefined) {
      const matching = this.#hints.filter((hint) => hint.events.some((registered) => matches(registered, event)));
      this.#byEvent.set(event, (hints = matching.length === 0 ? NOTHING : matching));
    }
    return hints;
  }
}

/** What pods share that a hint may hang on. One object for all pods of the same spec, labels and namespace. */
export class PodClass {
  readonly spec: Pod['spec'];
  constructor(spec: Pod['spec']) {
    this.spec = spec;
  }
}

/** Whether a registration covers an event (semantics sheet 5.7). */
function matches(registered: ClusterEvent, event: ClusterEvent): boolean {
  if (registered === '*' || registered === event) return true;
  const [wantedResource, wantedAction] = split(registered);
  const [resource, action] = split(event);
  const sameResource =
    wantedResource === resource ||
    (wantedResource === 'Pod' && (resource === 'AssignedPod' || resource === 'UnscheduledPod'));
  if (!sameResource) return false;
  return wantedAction === '*' || wantedAction === action || (wantedAction === 'Update' && action.startsWith('Update'));
}

function split(event: ClusterEvent): [string, string] {
  const slash = event.indexOf('/');
  return [event.slice(0, slash), event.slice(slash + 1)];
}

/**
 * The hints of all profiles. A plugin that waits for new nodes but not for changed taints is woken by these too: its
 * hint may have been skipped when a node came with a taint (semantics sheet 5.8, registration quirk).
 */
export class HintTable {
  readonly #profiles = new Map<string, Map<string, Rejector>>();
  readonly #all: Rejector[] = [];
  readonly #interested = new Map<ClusterEvent, readonly Rejector[]>();

  constructor(profiles: readonly ProfileHints[]) {
    for (const profile of profiles) {
      const rejectors = new Map<string, Rejector>();
      this.#profiles.set(profile.schedulerName, rejectors);
      for (const { name, events } of profile.plugins) {
        const registered = events.flatMap((hint) => hint.events);
        const quirk =
          registered.some((event) => matches(event, 'Node/Add')) &&
          !registered.some((event) => matches(event, 'Node/UpdateNodeTaint'));
        const rejector = new Rejector(name, quirk ? [...events, { events: ['Node/UpdateNodeTaint'] }] : events);
        rejectors.set(name, rejector);
        this.#all.push(rejector);
      }
    }
  }

  /** The plugins that have registered for an event. None: nobody wants to hear of it. */
  interested(event: ClusterEvent): readonly Rejector[] {
    let rejectors = this.#interested.get(event);
    if (rejectors === undefined) {
      rejectors = this.#all.filter((rejector) => rejector.hintsFor(event).length > 0);
      this.#interested.set(event, rejectors);
    }
    return rejectors;
  }

  /** A plugin of the pod's profile; one that has registered nothing is made up, so that pods can wait for it. */
  rejector(schedulerName: string, plugin: string): Rejector {
    let rejectors = this.#profiles.get(schedulerName);
    if (rejectors === undefined) this.#profiles.set(schedulerName, (rejectors = new Map()));
    let rejector = rejectors.get(plugin);
    if (rejector === undefined) rejectors.set(plugin, (rejector = new Rejector(plugin, NOTHING)));
    return rejector;
  }

  /** Whether a happening can help a pod, asking every plugin that rejected it (semantics sheet 5.7). */
  worthRequeuing(pod: QueuedPod, schedulerName: string, happening: ClusterHappening): Requeue {
    if (!pod.hasRejectors) return 'after-backoff';
    let answer: Requeue = 'skip';
    for (const plugin of [...pod.unschedulablePlugins, ...pod.pendingPlugins]) {
      const rejector = this.rejector(schedulerName, plugin);
      for (const hint of rejector.hintsFor(happening.event)) {
        if (!queues(hint, pod.pod, happening)) continue;
        if (pod.pendingPlugins.has(plugin)) return 'immediately';
        if (pod.pendingPlugins.size === 0) return 'after-backoff';
        answer = 'after-backoff';
        break;
      }
    }
    return answer;
  }
}

export function queues(hint: ClusterEventHint, pod: Pod, happening: ClusterHappening): boolean {
  if (hint.hint === undefined || happening.change === undefined) return true;
  return hint.hint(pod, happening.change) === 'Queue';
}
