import type { Clockwork } from '../../engine/clockwork.ts';
import type { EventKind } from '../../engine/engine.ts';
import type { Client, Response } from '../../api/request.ts';
import type { PreBindSteps } from '../../policy-api/pre-bind.ts';
import type { Status } from '../../policy-api/status.ts';
import type { Binding } from './permit-room.ts';
import type { PolicyGuard } from './policy-guard.ts';

interface UnderWay {
  readonly binding: Binding;
  readonly steps: PreBindSteps;
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

/** PreBind plugins that take their time: sends what they ask and wakes them, beside the scheduling cycles of other pods. */
export class PreBindings {
  readonly #options: PreBindingsOptions;
  readonly #wakeKind: EventKind;

  constructor(options: PreBindingsOptions) {
    this.#options = options;
    this.#wakeKind = options.engine.on(`${options.name}/pre-bind`, (_a, _b, ref) =>
      this.#resume(ref as UnderWay, undefined),
    );
  }

  begin(binding: Binding, steps: PreBindSteps): void {
    this.#resume({ binding, steps }, undefined);
  }

  #resume(underWay: UnderWay, answer: Response | undefined): void {
    const { engine, client, guard, done } = this.#options;
    const { binding, steps } = underWay;
    const next = guard.ask('PreBind', binding.pod, () => steps.next(answer));
    if (next.done === true) done(binding, next.value);
    else if (typeof next.value === 'number') engine.after(next.value, this.#wakeKind, 0, 0, underWay);
    else client.send(next.value, (response) => this.#resume(underWay, response));
  }
}
