import type { Clockwork } from '../../engine/clockwork.ts';
import type { EventHandle, EventKind } from '../../engine/engine.ts';
import type { Client, Response } from '../../api/request.ts';
import { CANCELLED, type PreBindSteps } from '../../policy-api/pre-bind.ts';
import { Code, type Status } from '../../policy-api/status.ts';
import type { Binding } from './permit-room.ts';
import type { PolicyGuard } from './policy-guard.ts';

interface UnderWay {
  readonly binding: Binding;
  readonly steps: PreBindSteps;
  /** Its pod is a victim: whatever it asks for now fails. */
  cancelled: boolean;
  /** Steps so far. An answer to an earlier one comes too late. */
  turn: number;
  alarm: EventHandle | undefined;
}

export interface PreBindingsOptions {
  readonly engine: Clockwork;
  /** Of the scheduler they belong to. */
  readonly name: string;
  readonly client: Client;
  readonly guard: PolicyGuard;
  /** Told when PreBind has come to its end; `undefined`: the pod can be bound. */
  readonly done: (binding: Binding, status: Status | undefined) => void;
}

/** What a cancelled binding ends with when its plugins did not mind. */
const PREEMPTED: Status = { code: Code.Error, reasons: ['preempted by DefaultPreemption'] };

/** PreBind plugins that take their time: sends what they ask and wakes them, beside the scheduling cycles of other pods. */
export class PreBindings {
  readonly #options: PreBindingsOptions;
  readonly #wakeKind: EventKind;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(options: PreBindingsOptions) {
    this.#options = options;
    this.#wakeKind = options.engine.on(`${options.name}/pre-bind`, (_a, _b, ref) =>
      this.#resume(ref as UnderWay, undefined),
    );
  }

  begin(binding: Binding, steps: PreBindSteps): void {
    const underWay: UnderWay = { binding, steps, cancelled: false, turn: 0, alarm: undefined };
    this.#underWay.set(binding.pod.metadata.uid, underWay);
    this.#resume(underWay, undefined);
  }

  /** A victim's binding is given up. Returns whether the pod was in PreBind (semantics sheet 6.6). */
  cancel(uid: string): boolean {
    const underWay = this.#underWay.get(uid);
    if (underWay === undefined) return false;
    if (underWay.cancelled) return true;
    underWay.cancelled = true;
    if (underWay.alarm !== undefined) this.#options.engine.cancel(underWay.alarm);
    this.#resume(underWay, CANCELLED);
    return true;
  }

  #resume(underWay: UnderWay, answer: Response | undefined): void {
    const { engine, client, guard, done } = this.#options;
    const { binding, steps } = underWay;
    const { pod } = binding;
    const turn = ++underWay.turn;
    underWay.alarm = undefined;
    const next = guard.ask('PreBind', pod, () => steps.next(answer));
    if (next.done === true) {
      this.#underWay.delete(pod.metadata.uid);
      done(binding, next.value ?? (underWay.cancelled ? PREEMPTED : undefined));
    } else if (typeof next.value === 'number') {
      underWay.alarm = engine.after(next.value, this.#wakeKind, 0, 0, underWay);
    } else if (underWay.cancelled) {
      this.#resume(underWay, CANCELLED);
    } else {
      client.send(next.value, (response) => {
        if (underWay.turn === turn) this.#resume(underWay, response);
      });
    }
  }
}
