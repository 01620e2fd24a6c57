import type { Change } from '../../../sim/api/change.ts';
import { deepFreeze } from '../../../sim/api/freeze.ts';
import { keyOf, type Kind } from '../../../sim/api/kinds.ts';
import type { Request, Response } from '../../../sim/api/request.ts';
import type { Controller, ControllerFactory, ControllerHost, SyncSteps } from '../../../sim/policy-api/controllers.ts';
import { PolicyError } from '../../../sim/policy-api/policy-error.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { whileWatched, type PolicyWatch } from '../../scheduling/guard/policy-watch.ts';

export interface ControllerGuard {
  /** Where it is noted what the controller is being asked. Absent: nowhere. */
  readonly watch?: PolicyWatch;
}

/**
 * A controller that is not ours, between guards: what it does wrong names it, whatever it holds on to it cannot change,
 * and what it yields is looked at before it is sent.
 */
export function guardedController(name: string, factory: ControllerFactory, guard: ControllerGuard): ControllerFactory {
  return (host) => new GuardedController(name, factory, host, guard);
}

const VERBS: ReadonlySet<unknown> = new Set<Request['verb']>([
  'bind',
  'create',
  'delete',
  'evict',
  'get',
  'get-metrics',
  'list',
  'patch',
  'patch-status',
  'update',
  'update-scale',
]);

class GuardedController implements Controller {
  readonly name: string;
  readonly workers: number;
  readonly handlers: Controller['handlers'];
  readonly eventSource?: string;
  readonly maxRetries?: number;
  readonly clientScale?: Exclude<Controller['clientScale'], undefined>;
  readonly retryBackoff?: Exclude<Controller['retryBackoff'], undefined>;
  readonly #host: ControllerHost;
  readonly #guard: ControllerGuard;
  readonly #controller: Controller;

  constructor(name: string, factory: ControllerFactory, host: ControllerHost, guard: ControllerGuard) {
    this.name = name;
    this.#host = host;
    this.#guard = guard;
    this.#controller = this.#ask('making of the controller', () => {
      const made: unknown = factory(host);
      const problem = whatIsWrongWith(made);
      if (problem !== undefined) throw new Error(problem);
      return made as Controller;
    });
    const { workers, handlers, eventSource, maxRetries, clientScale, retryBackoff } = this.#controller;
    this.workers = workers;
    this.handlers = Object.fromEntries(
      Object.entries(handlers).map(([kind, handler]) => [kind, this.#handler(kind as Kind, handler as Handler)]),
    ) as Controller['handlers'];
    if (eventSource !== undefined) this.eventSource = eventSource;
    if (maxRetries !== undefined) this.maxRetries = maxRetries;
    if (clientScale !== undefined) this.clientScale = clientScale;
    if (retryBackoff !== undefined) this.retryBackoff = retryBackoff;
  }

  *sync(key: string): SyncSteps {
    const what = `sync of ${key}`;
    const steps = this.#ask(what, () => {
      const made: unknown = this.#controller.sync(key);
      if (typeof (made as { next?: unknown } | undefined)?.next !== 'function') {
        throw new Error('is no generator: write `*sync(key) { … }`');
      }
      return made as SyncSteps;
    });
    let answer: (Response & readonly Response[]) | undefined;
    for (;;) {
      const given = answer;
      const next = this.#ask(what, () => {
        const step = steps.next(given as Response & readonly Response[]);
        if (step.done !== true) {
          for (const request of Array.isArray(step.value) ? (step.value as unknown[]) : [step.value]) {
            if (!isRequest(request)) throw new Error(`yielded ${shown(request)}, which is no request`);
            if ('object' in request) deepFreeze(request.object);
          }
        }
        return step;
      });
      if (next.done === true) return asSyncError(next.value);
      answer = yield next.value;
    }
  }

  #handler(kind: Kind, handler: Handler): Handler {
    return (change) => {
      this.#ask(
        () => `handling of ${change.type} ${kind} ${keyOf(change.object)}`,
        () => handler(change),
      );
    };
  }

  /** A SyncError is of the simulated world, whichever copy of the package it comes from; anything else is a mistake. */
  #ask<T>(decision: string | (() => string), ask: () => T): T {
    const policy = `controller ${this.name}`;
    try {
      return whileWatched(this.#guard.watch, policy, decision, ask);
    } catch (error) {
      if (error instanceof Error && error.name === 'SyncError') throw new SyncError(error.message);
      const what = typeof decision === 'string' ? decision : decision();
      throw PolicyError.from(error, policy, what, this.#host.now());
    }
  }
}

type Handler = (change: Change) => void;

function whatIsWrongWith(made: unknown): string | undefined {
  if (typeof made !== 'object' || made === null) return `the factory returned ${shown(made)}`;
  const { workers, handlers, sync } = made as Partial<Record<keyof Controller, unknown>>;
  if (!Number.isSafeInteger(workers) || (workers as number) < 1) return 'workers is not a number of at least 1';
  if (typeof handlers !== 'object' || handlers === null) return 'handlers is not an object of functions by kind';
  if (!Object.values(handlers).every((handler) => typeof handler === 'function')) return 'a handler is no function';
  return typeof sync === 'function' ? undefined : 'sync is not a function';
}

/** What a sync returns is nothing, or why it did not get through; whatever else a user's own returns is nothing too. */
function asSyncError(returned: unknown): SyncError | undefined {
  const { name, message } = (returned ?? {}) as { readonly name?: unknown; readonly message?: unknown };
  return name === 'SyncError' ? new SyncError(String(message)) : undefined;
}

function isRequest(value: unknown): value is Request {
  return typeof value === 'object' && value !== null && VERBS.has((value as { verb?: unknown }).verb);
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return 'an object without a verb';
  return typeof value === 'function' ? 'a function' : String(value);
}
