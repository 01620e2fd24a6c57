import type { Clockwork } from '../../engine/clockwork.ts';
import type { EventHandle, EventKind } from '../../engine/engine.ts';
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
  /** Plugin to the time at which its patience ends. */
  readonly waits: Map<string, number>;
  alarm: EventHandle;
}

/** What becomes of those who leave. */
export interface PermitOutcomes {
  allowed(binding: Binding): void;
  rejected(binding: Binding, plugin: string, reason: string): void;
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
    const until = new Map<string, number>();
    let first = Infinity;
    for (const [plugin, timeout] of waits) {
      until.set(plugin, this.#engine.now + timeout);
      first = Math.min(first, this.#engine.now + timeout);
    }
    const held: Held = { ...binding, waits: until, alarm: 0 };
    held.alarm = this.#engine.at(first, this.#timeoutKind, 0, 0, held);
    this.#held.set(binding.pod.metadata.uid, held);
  }

  /** Sends a pod away for a reason of the scheduler's own. Returns whether it waited here. */
  turnAway(uid: string, reason: string): boolean {
    const held = this.#held.get(uid);
    if (held !== undefined) this.#reject(held, '', reason);
    return held !== undefined;
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
    for (const [plugin, until] of held.waits) {
      if (until > this.#engine.now) continue;
      this.#reject(held, plugin, `timed out waiting at plugin ${plugin}`);
      return;
    }
    let next = Infinity;
    for (const until of held.waits.values()) next = Math.min(next, until);
    held.alarm = this.#engine.at(next, this.#timeoutKind, 0, 0, held);
  }

  #release(held: Held): void {
    this.#held.delete(held.pod.metadata.uid);
    this.#engine.cancel(held.alarm);
  }
}
