import type { EventHandle } from '../../engine/engine.ts';
import type { Request, Response } from '../../api/request.ts';
import type { RequestFlows } from './flow-control/request-flows.ts';
import type { Ticket } from './flow-control/ticket.ts';
import type { Gate } from './gate.ts';
import type { Connection } from './instances/connection.ts';
import type { Instance } from './instances/instance.ts';
import type { Unfinished } from './unfinished.ts';

/**
 * Where a request is. `works` covers the way to the server while nothing is wrong with that; `waits` is for a seat; `held`
 * is what a frozen server does not get on with; `wired` and `answers` are the ways there and back over a connection of which
 * nobody knows whether it carries anything.
 */
export type Phase = 'leaves' | 'travels' | 'wired' | 'answers' | 'waits' | 'held' | 'works' | 'in-etcd' | 'done';

/** Who sends requests: a client of a process that has one connection for all of them. */
export interface Origin {
  readonly identity: string;
  readonly flows: RequestFlows;
  readonly connection: Connection;
}

/** A request under way: from the client's call until its answer. Slots are used again. */
export interface Flight {
  request: Request;
  origin: Origin;
  answer: (response: Response) => void;
  response: Response | undefined;
  /** Its next write, where some are done and others are not. */
  next: (() => Response | Unfinished) | undefined;
  phase: Phase;
  /** Whose it is: undefined until it is known. */
  instance: Instance | undefined;
  /** Where it is counted, and under which priority level; -1: not yet. */
  gate: Gate | undefined;
  level: number;
  /** Its place before priority and fairness; undefined: it needs none. */
  ticket: Ticket | undefined;
  /** When the client lets it go, when it reaches the server, and when its effect is due. Microseconds. */
  leavesAt: number;
  arrivesAt: number;
  dueAt: number;
  /** Of the time until then, what etcd takes: from its beginning on, the effect is not to be stopped any more. */
  commit: number;
  /** Since when its client wants to send it, in microseconds. */
  wantedAt: number;
  /** What webhooks take of the time at the server, what its answer takes to encode, and how long it waited for a seat. */
  webhooks: number;
  encode: number;
  queued: number;
  /** What etcd took beside `commit`: earlier writes of the same request, and all that takes long while it is in trouble. */
  inEtcd: number;
  /** The event that is pending for it. */
  handle: EventHandle;
  /** How often it was sent again by the client itself. */
  retries: number;
}
