import type { Kind, Kinds } from './kinds.ts';

/** A watch notification. `previous` is the version the same watcher saw before, `undefined` when ADDED. */
export interface Change<K extends Kind = Kind> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Kinds[K];
  readonly previous: Kinds[K] | undefined;
  /** The object's key as the store knows it, so that nobody has to build and hash it again; see `keyOf`. */
  readonly key?: string;
}
