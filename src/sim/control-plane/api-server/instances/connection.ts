import { RequestFlows } from '../flow-control/request-flows.ts';
import { userOf } from '../flow-control/users.ts';
import type { Subscription } from '../../watch/watch-hub.ts';
import type { Position } from '../../watch/cache-window.ts';
import type { Wire } from '../../network/wire.ts';
import type { Instance } from './instance.ts';

/** A watch that goes over a connection. */
export interface RemoteWatch {
  /** Which of all it is. */
  readonly number: number;
  readonly subscription: Subscription;
  readonly connection: Connection;
  /** Who serves it, or is asked to. */
  instance: Instance | undefined;
  /** It is cut, and being opened again. */
  isOpen: boolean;
  /** It brings what there is. */
  flows: boolean;
  /** It was open when its client ceased to read. */
  unread: boolean;
  /** When it was opened: bookmarks come every minute since. Microseconds. */
  openedAt: number;
  /** When it was cut last. */
  endedAt: number;
  /** Up to when it has seen everything, by bookmarks and lists, and the newest version of its kind it has seen. */
  seen: Position;
  /** It cannot go on where it was: it lists. */
  anew: boolean;
  /** Its list is to be of what is true, for what it knows was too new for the server it asked. */
  consistent: boolean;
  /** Its server waits for its cache before it lists. */
  awaitsCache: boolean;
  /** Failed attempts since it was last well. */
  failures: number;
  lastFailureAt: number;
  /** Grows with everything that is done about it: what was planned before is void. */
  attempt: number;
}

/**
 * Who serves a connection; undefined: nobody could be reached, which is known so many microseconds from now.
 * `timedOut`: nobody answered, where a refusal is an answer too.
 */
export type Connected = (instance: Instance | undefined, refusedAfter: number, timedOut?: boolean) => void;

/**
 * The connection of a process to the load balancer: HTTP/2 carries all its requests and watches over one, to one API
 * server, as long as that lasts. After a SIGTERM new requests go elsewhere and the watches stay.
 */
export class Connection {
  readonly name: string;
  /** To what priority and fairness counts its watches. */
  readonly flows: RequestFlows;
  /** Who takes its requests. Undefined: the next one has to connect. */
  instance: Instance | undefined;
  /** Everything is as it was made: requests may go the short way. */
  isPlain: boolean;
  /** What carries it, where something is the matter with the network between the two. */
  wire: Wire | undefined;
  /** Who waits until it is dialled; undefined: nobody dials. */
  dialling: Connected[] | undefined;
  /** Since when its process does not read: it is frozen. Microseconds. */
  frozenAt: number | undefined;
  /** From when it carries requests, in microseconds. */
  readyAt = 0;

  constructor(name: string, instance: Instance | undefined) {
    this.name = name;
    this.flows = new RequestFlows(userOf(name));
    this.instance = instance;
    this.isPlain = instance?.isWell === true;
  }
}
