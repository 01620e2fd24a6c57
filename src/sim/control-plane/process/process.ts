import type { Clockwork } from '../../engine/clockwork.ts';
import { assert } from '../../engine/assert.ts';
import type { EventHandle, EventHandler, EventKind } from '../../engine/engine.ts';
import type { KeyedDraws, Stream } from '../../engine/streams.ts';

export type ProcessState = 'running' | 'paused' | 'dead';

/** An event of a process: of which of its lives, and for whom. */
interface Pending {
  readonly life: number;
  readonly kind: EventKind;
  readonly a: number;
  readonly b: number;
  readonly ref: unknown;
  handle: EventHandle;
}

/**
 * The process that a component runs in. To the component it is the engine; to the faults it is what can be killed, paused
 * and started again. A dead process does nothing and hears nothing; a paused one (SIGSTOP) does in one go what had come
 * for it meanwhile, in order, as timers do that are overdue. What it had already sent goes its way.
 */
export class Process implements Clockwork {
  readonly name: string;
  readonly #engine: Clockwork;
  readonly #kinds = new Map<string, EventKind>();
  readonly #handlers = new Map<EventKind, EventHandler>();
  readonly #pending = new Set<Pending>();
  readonly #byHandle = new Map<EventHandle, Pending>();
  /** Its work takes so many times as long; timers go by the clock. Another life is as slow: the machine is the same. */
  slowness = 1;
  #state: ProcessState = 'dead';
  /** Grows with every start: what belongs to an earlier life reaches nobody. */
  #life = 0;
  #overdue: (() => void)[] = [];

  constructor(engine: Clockwork, name: string) {
    this.#engine = engine;
    this.name = name;
  }

  get state(): ProcessState {
    return this.#state;
  }

  get now(): number {
    return this.#engine.now;
  }

  /** Begins a new life; `main` makes the component. */
  start(main: () => void): void {
    assert(this.#state === 'dead', `${this.name} is started twice`);
    this.#state = 'running';
    this.#life++;
    main();
  }

  /** SIGKILL, or its own exit. */
  kill(): void {
    this.#state = 'dead';
    this.#overdue = [];
    for (const { handle } of this.#pending) this.#engine.cancel(handle);
    this.#pending.clear();
    this.#byHandle.clear();
    this.#handlers.clear();
  }

  /** SIGSTOP. */
  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  /** SIGCONT. */
  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    const overdue = this.#overdue;
    this.#overdue = [];
    for (const act of overdue) if (this.#isRunning()) act();
  }

  /** For what comes from outside to the life the process is in now: an answer, a change. */
  gate<A extends readonly unknown[]>(act: (...operands: A) => void): (...operands: A) => void {
    const life = this.#life;
    return (...operands) => {
      if (life === this.#life) this.#let(() => act(...operands));
    };
  }

  on(name: string, handler: EventHandler, options: { readonly background?: boolean } = {}): EventKind {
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      kind = this.#engine.on(`${this.name}: ${name}`, (_a, _b, ref) => this.#fire(ref as Pending), options);
      this.#kinds.set(name, kind);
    }
    assert(!this.#handlers.has(kind), `two kinds of event of ${this.name} are named ${name}`);
    this.#handlers.set(kind, handler);
    return kind;
  }

  at(time: number, kind: EventKind, a = 0, b = 0, ref?: unknown): EventHandle {
    const pending: Pending = { life: this.#life, kind, a, b, ref, handle: 0 };
    // A process that was paused may still reckon with a time that is over.
    pending.handle = this.#engine.at(Math.max(time, this.#engine.now), kind, a, b, pending);
    this.#pending.add(pending);
    this.#byHandle.set(pending.handle, pending);
    return pending.handle;
  }

  after(delay: number, kind: EventKind, a = 0, b = 0, ref?: unknown): EventHandle {
    return this.at(this.#engine.now + delay, kind, a, b, ref);
  }

  cancel(handle: EventHandle): boolean {
    const pending = this.#byHandle.get(handle);
    if (pending !== undefined) this.#forget(pending);
    return this.#engine.cancel(handle);
  }

  stream(name: string): Stream {
    return this.#engine.stream(`${this.name}: ${name}`);
  }

  keyed(name: string): KeyedDraws {
    // Another life draws other numbers: names it mints must not be those of the last one.
    return this.#engine.keyed(`${this.name}/${this.#life}: ${name}`);
  }

  #fire(pending: Pending): void {
    this.#forget(pending);
    if (pending.life !== this.#life) return;
    const { kind, a, b, ref } = pending;
    this.#let(() => this.#handlers.get(kind)!(a, b, ref));
  }

  #let(act: () => void): void {
    if (this.#state === 'running') act();
    else if (this.#state === 'paused') this.#overdue.push(act);
  }

  #forget(pending: Pending): void {
    this.#pending.delete(pending);
    this.#byHandle.delete(pending.handle);
  }

  #isRunning(): boolean {
    return this.#state === 'running';
  }
}
