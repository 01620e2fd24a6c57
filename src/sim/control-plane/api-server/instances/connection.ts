import { RequestFlows } from '../flow-control/request-flows.ts';
import { userOf } from '../flow-control/users.ts';
import type { Subscription } from '../../watch/watch-hub.ts';
import type { Wire } from '../../network/wire.ts';
import type { Instance } from './instance.ts';

/** A watch that goes over a connection. */
export interface RemoteWatch {
  readonly subscription: Subscription;
  readonly connection: Connection;
  /** Who serves it, or is asked to. */
  instance: Instance | undefined;
  /** It is cut, and being opened again. */
  isOpen: boolean;
  /** When it was opened: bookmarks come every minute since. Microseconds. */
  openedAt: number;
  /** When it was cut last. */
  endedAt: number;
  /** Up to when it has seen everything, and the newest version of its kind it has seen. */
  seen: { readonly at: number; readonly revision: number };
  /** It cannot go on where it was: it lists. */
  anew: boolean;
  /** Failed attempts since it was last well. */
  failures: number;
  lastFailureAt: number;
  /** Grows with everything that is done about it: what was planned before is void. */
  attempt: number;
}

/** Who serves a connection; undefined: nobody could be reached, which is known so many microseconds from now. */
export type Connected = (instance: Instance | undefined, refusedAfter: number) => void;

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
  /** From when it carries requests, in microseconds. */
  readyAt = 0;

  constructor(name: string, instance: Instance | undefined) {
    this.name = name;
    this.flows = new RequestFlows(userOf(name));
    this.instance = instance;
    this.isPlain = instance?.isWell === true;
  }
}
