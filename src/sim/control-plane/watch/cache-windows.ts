import type { Kind } from '../../api/kinds.ts';
import type { Commit } from '../etcd/store.ts';
import { CacheWindow, type Position } from './cache-window.ts';

/** How far back the watch caches of one API server reach. Only places are kept, so that it costs next to nothing. */
export class CacheWindows {
  readonly #began: Position;
  readonly #windows = new Map<Kind, CacheWindow>();

  /** @param began what the caches were filled with */
  constructor(began: Position) {
    this.#began = began;
  }

  committed(commit: Commit): void {
    this.of(commit.kind).append(commit.revision, commit.committedAt);
  }

  of(kind: Kind): CacheWindow {
    let window = this.#windows.get(kind);
    if (window === undefined) this.#windows.set(kind, (window = new CacheWindow(this.#began)));
    return window;
  }
}
