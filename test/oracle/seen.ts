import type { ApiObject, Kind } from '../../src/sim/api/kinds.ts';

/** A change as etcd committed it. Times here and below are microseconds. */
export interface SeenCommit {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
  readonly revision: number;
  readonly at: number;
}

/** A write that a client sent, with what it heard. The token is in the annotations of what it writes. */
export interface SeenWrite {
  readonly token: string;
  readonly begun: number;
  /** The uid and the version that it is based on; undefined: on none. */
  readonly base: string | undefined;
  /** Undefined: no answer came. */
  answer: { readonly at: number; readonly code: number; readonly revision: number | undefined } | undefined;
}

export interface SeenList {
  readonly kind: Kind;
  readonly begun: number;
  /** It asked for what is true, and not for whatever the server has at hand. */
  readonly consistent: boolean;
  readonly revision: number;
  readonly items: readonly ApiObject[];
}

/** A watch with all its resumptions: what came after `from`. */
export interface SeenWatch {
  readonly kind: Kind;
  readonly from: number;
  readonly events: readonly { readonly type: string; readonly object: ApiObject }[];
  /** It was told 410, and ended there. */
  readonly expired: boolean;
}

/** A cache that a watch fills, looked at now and then. */
export interface SeenCache {
  readonly kind: Kind;
  readonly objects: readonly ApiObject[];
}

/** How many believed to lead at a moment, and who is the holder by the Lease. */
export interface SeenLeaders {
  readonly at: number;
  readonly believing: number;
}

/** One client of a component, in one life of its process. */
export interface SeenClient {
  readonly name: string;
  readonly limit: { readonly qps: number; readonly burst: number };
  /** When its requests left it, in order. */
  readonly sent: readonly number[];
}

/** The seats of a priority level of an API server at a moment. */
export interface SeenSeats {
  readonly level: string;
  readonly inUse: number;
  /** How many it has at present, and how many it may have at most, borrowed ones included. */
  readonly limit: number;
  readonly most: number;
}

/** Everything that happened in a run, as those outside saw it and as etcd had it. */
export interface Seen {
  readonly commits: readonly SeenCommit[];
  readonly writes: readonly SeenWrite[];
  readonly lists: readonly SeenList[];
  readonly watches: readonly SeenWatch[];
  readonly caches: readonly SeenCache[];
  readonly leaders: readonly SeenLeaders[];
  readonly clients: readonly SeenClient[];
  readonly seats: readonly SeenSeats[];
  /** What is there when everything has come to rest. */
  readonly end: readonly ApiObject[];
  /** The controllers' caches, at rest. */
  readonly cachesAtRest: readonly SeenCache[];
}

/** The namespace with a quota of pods. */
export const LIMITED = 'limited';
