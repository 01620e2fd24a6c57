import type { Clockwork } from '../../engine/clockwork.ts';
import type { EventHandle, EventKind } from '../../engine/engine.ts';
import { goDuration } from '../../api/go-duration.ts';
import type { Pod } from '../../api/pod.ts';
import type { BindingSteps } from '../../policy-api/scheduler.ts';
import type { WaitingPod } from '../../policy-api/scheduling.ts';
import type { QueuedPod } from '../scheduling-queue/queued-pod.ts';

/** A pod between its scheduling cycle and the answer to its binding. */
export interface Binding {
  readonly queued: QueuedPod;
  readonly pod: Pod;
  readonly nodeName: string;
  readonly steps: BindingSteps;
}

/** A binding that waits at Permit. */
interface Held extends Binding {
  /** Plugin to how long it waits at most, in microseconds from `since` on. */
  readonly waits: Map<string, number>;
  readonly since: number;
  alarm: EventHandle;
}

/** What becomes of those who leave. */
export interface PermitOutcomes {
  allowed(binding: Binding): void;
  rejected(binding: Binding, plugin: string, reason: string): void;
  /** It has to make room for a pod of higher priority. */
  preempted(binding: Binding): void;
}

/** Pods with a node that wait until every plugin that asked them to has allowed them (semantics sheet 1.7). */
export class PermitRoom {
  readonly #engine: Clockwork;
  readonly #timeoutKind: EventKind;
  readonly #outcomes: PermitOutcomes;
  readonly #held = new Map<string, Held>();

  constructor(engine: Clockwork, name: string, outcomes: PermitOutcomes) {
    this.#engine = engine;
    this.#outcomes = outcomes;
    this.#timeoutKind = engine.on(`${name}/permit-timeout`, (_a, _b, ref) => this.#timedOut(ref as Held));
  }

  get size(): number {
    return this.#held.size;
  }

  /** `waits`: how long each plugin is to be waited for, in microseconds. */
  hold(binding: Binding, waits: ReadonlyMap<string, number>): void {
    const held: Held = { ...binding, waits: new Map(waits), since: this.#engine.now, alarm: 0 };
    this.#setAlarm(held);
    this.#held.set(binding.pod.metadata.uid, held);
  }

  /** Sends a pod away that is being deleted. Returns whether it waited here. */
  remove(uid: string): boolean {
    const held = this.#held.get(uid);
    if (held !== undefined) this.#reject(held, '', 'removed');
    return held !== undefined;
  }

  /** Takes the place of a pod, which need not be deleted since it is nowhere yet. Returns whether it waited here. */
  preempt(uid: string): boolean {
    const held = this.#held.get(uid);
    if (held === undefined) return false;
    this.#release(held);
    this.#outcomes.preempted(held);
    return true;
  }

  *waitingPods(): Generator<WaitingPod> {
    for (const held of [...this.#held.values()]) {
      yield {
        pod: held.pod,
        nodeName: held.nodeName,
        pendingPlugins: [...held.waits.keys()],
        allow: (plugin) => this.#allow(held, plugin),
        reject: (plugin, reason) => this.#reject(held, plugin, reason),
      };
    }
  }

  #allow(held: Held, plugin: string): void {
    if (!held.waits.delete(plugin) || held.waits.size > 0) return;
    this.#release(held);
    this.#outcomes.allowed(held);
  }

  #reject(held: Held, plugin: string, reason: string): void {
    this.#release(held);
    this.#outcomes.rejected(held, plugin, reason);
  }

  #timedOut(held: Held): void {
    for (const [plugin, timeout] of held.waits) {
      if (held.since + timeout > this.#engine.now) continue;
      this.#reject(held, plugin, `rejected due to timeout after waiting ${goDuration(timeout)} at plugin ${plugin}`);
      return;
    }
    // Whose patience it was has allowed the pod meanwhile.
    this.#setAlarm(held);
  }

  #setAlarm(held: Held): void {
    const at = held.since + Math.min(...held.waits.values());
    held.alarm = this.#engine.at(at, this.#timeoutKind, 0, 0, held);
  }

  #release(held: Held): void {
    this.#held.delete(held.pod.metadata.uid);
    this.#engine.cancel(held.alarm);
  }
}
