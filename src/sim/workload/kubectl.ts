import type { Engine, EventKind } from '../engine/engine.ts';
import { unreachable } from '../engine/assert.ts';
import { keyOf, type ApiObject } from '../api/kinds.ts';
import type { ApiServer, Client } from '../api/request.ts';
import type { KubectlCommand } from '../scenario/kubectl.ts';
import { applyAll } from './kubectl/apply.ts';
import { cordon, drain } from './kubectl/drain.ts';
import { mark, taint } from './kubectl/metadata.ts';
import { rollout } from './kubectl/rollout.ts';
import type { Effect, KubectlSteps, Terminal } from './kubectl/steps.ts';
import { autoscale, createAll, patchObject, remove, scale, setImage } from './kubectl/writes.ts';

/** A command of the timeline: what was written, for messages, and what it means. */
export interface CommandLine {
  readonly text: string;
  readonly command: KubectlCommand;
}

/** A command, or a part of one, that the API server refused. */
export interface CommandFailure {
  readonly at: number;
  readonly text: string;
  readonly message: string;
}

/** What a command has left when it has ended. */
export interface CommandResult {
  /** 0, or 1 when any part of it has failed. */
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/**
 * Carries out commands as kubectl does: the API calls it makes, in its order, through a client of its own, with what it
 * remembers of manifests applied before. What fails is told.
 */
export class Kubectl {
  /** What kubectl itself takes from one manifest to the next, besides its requests. Microseconds. */
  betweenObjects = 0;
  readonly #engine: Engine;
  readonly #client: Client;
  readonly #failed: (failure: CommandFailure) => void;
  readonly #command: EventKind;
  readonly #again: EventKind;
  readonly #lastApplied = new Map<string, ApiObject>();

  constructor(engine: Engine, api: ApiServer, failed: (failure: CommandFailure) => void) {
    this.#engine = engine;
    this.#client = api.client('kubectl', undefined);
    this.#failed = failed;
    this.#command = engine.on('workload/kubectl', (_a, _b, line) => this.run(line as CommandLine, () => undefined));
    this.#again = engine.on('workload/kubectl-again', (_a, _b, again) => (again as () => void)());
  }

  /** Runs a command at a time. */
  at(micros: number, line: CommandLine): void {
    this.#engine.at(micros, this.#command, 0, 0, line);
  }

  /** Runs a command now; `ended` is told what it printed when it has ended. */
  run({ text, command }: CommandLine, ended: (result: CommandResult) => void): void {
    const out: string[] = [];
    const err: string[] = [];
    let code = 0;
    const terminal: Terminal = {
      out: (line) => out.push(line),
      warn: (line) => err.push(line),
      fail: (line) => {
        code = 1;
        err.push(line);
        this.#failed({ at: this.#engine.now, text, message: line });
      },
      now: () => this.#engine.now,
      betweenObjects: this.betweenObjects,
      lastApplied: (object) => this.#lastApplied.get(nameOf(object)),
      applied: (object) => this.#lastApplied.set(nameOf(object), object),
    };
    this.#resume(stepsOf(terminal, command), undefined, () => ended({ code, out, err }));
  }

  /** Resumes steps with an answer until they wait for something else or end. */
  #resume(steps: KubectlSteps, answer: unknown, ended: () => void): void {
    const next = steps.next(answer);
    if (next.done === true) ended();
    else this.#await(next.value, (further) => this.#resume(steps, further, ended));
  }

  #await(effect: Effect, then: (answer: unknown) => void): void {
    if ('ask' in effect) {
      this.#client.send(effect.ask, then);
    } else if ('pause' in effect) {
      this.#engine.after(effect.pause, this.#again, 0, 0, () => then(undefined));
    } else {
      let missing = effect.together.length;
      if (missing === 0) return then(undefined);
      for (const part of effect.together) {
        this.#resume(part, undefined, () => {
          if (--missing === 0) then(undefined);
        });
      }
    }
  }
}

function nameOf(object: ApiObject): string {
  return `${object.kind}/${keyOf(object)}`;
}

function stepsOf(terminal: Terminal, command: KubectlCommand): KubectlSteps {
  switch (command.verb) {
    case 'apply':
      return applyAll(terminal, command.objects);
    case 'create':
      return createAll(terminal, command.objects);
    case 'scale':
      return scale(terminal, command);
    case 'set-image':
      return setImage(terminal, command);
    case 'delete':
      return remove(terminal, command);
    case 'rollout':
      return rollout(terminal, command);
    case 'cordon':
      return cordon(terminal, command);
    case 'drain':
      return drain(terminal, command);
    case 'label':
    case 'annotate':
      return mark(terminal, command);
    case 'taint':
      return taint(terminal, command);
    case 'patch':
      return patchObject(terminal, command);
    case 'autoscale':
      return autoscale(terminal, command);
    default:
      return unreachable(command);
  }
}
