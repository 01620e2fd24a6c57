import type { ApiObject } from '../../api/kinds.ts';
import type { Failure, Request, Response, Success } from '../../api/request.ts';

/** What a command waits for before it goes on. */
export type Effect =
  /** The answer to a request. */
  | { readonly ask: Request }
  /** Some time. Microseconds. */
  | { readonly pause: number }
  /** The ends of other steps, which go on at the same time. */
  | { readonly together: readonly KubectlSteps[] };

/** A command under way: yields what it waits for, and is resumed with the answer. */
export type KubectlSteps<T = void> = Generator<Effect, T, unknown>;

/** Where a command writes to, and what it knows of its surroundings. */
export interface Terminal {
  /** A line of standard output. */
  out(line: string): void;
  /** A line of standard error that does not end the command. */
  warn(line: string): void;
  /** A line of standard error: the command, or this part of it, has failed. */
  fail(line: string): void;
  /** Microseconds. */
  now(): number;
  /** What the client takes from one manifest to the next. Microseconds. */
  readonly betweenObjects: number;
  /** What was applied by that name before, as it was written. */
  lastApplied(object: ApiObject): ApiObject | undefined;
  applied(object: ApiObject): void;
}

/** Sends a request and waits for its answer. */
export function* ask(request: Request): KubectlSteps<Response> {
  return (yield { ask: request }) as Response;
}

/** As {@link ask}, where only success goes on: a refusal is told as kubectl tells it, and nothing comes back. */
export function* demand(terminal: Terminal, request: Request): KubectlSteps<Success | undefined> {
  const response = yield* ask(request);
  if (response.ok) return response;
  terminal.fail(refusalText(response));
  return undefined;
}

export function* pause(micros: number): KubectlSteps {
  yield { pause: micros };
}

/** Goes on when all of them have ended. */
export function* together(parts: readonly KubectlSteps[]): KubectlSteps {
  yield { together: parts };
}

/** A refusal as kubectl prints it. */
export function refusalText({ reason, message }: Failure): string {
  // An invalid object is named by its kind alone: `The Deployment "web" is invalid: ...`.
  if (reason === 'Invalid') return `The ${message.replace(/^([A-Za-z]+)\.[a-z0-9.-]+ /, '$1 ')}`;
  return reason === '' || reason === 'InternalError'
    ? `Error from server: ${message}`
    : `Error from server (${reason}): ${message}`;
}
