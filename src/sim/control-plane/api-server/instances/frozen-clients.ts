import type { Engine } from '../../../engine/engine.ts';
import { channelSize } from '../../watch/channel-size.ts';
import { unreadOf } from '../../watch/unread-watches.ts';
import type { Connection, RemoteWatch } from './connection.ts';
import { lastBookmark } from './last-bookmark.ts';
import type { WatchLengths } from './watch-lengths.ts';

export interface FrozenClientsNeeds {
  readonly engine: Engine;
  readonly lengths: WatchLengths;
  /** The watch delivers no more; it may stay open all the same. */
  cut(watch: RemoteWatch, staysOpen: boolean): void;
  /** It delivers again, unless something else keeps it from it. */
  goOn(watch: RemoteWatch): void;
  opensAgain(watch: RemoteWatch): void;
  /** Its server has ended it because nobody read it. */
  terminated(watch: RemoteWatch): void;
}

/** Watches of clients that are frozen: what comes for them waits in sockets and channels, as long as there is room. */
export class FrozenClients {
  readonly #needs: FrozenClientsNeeds;

  constructor(needs: FrozenClientsNeeds) {
    this.#needs = needs;
  }

  /** A client is frozen. Its server does not know, and sends what finds room. */
  stop(connection: Connection, watches: readonly RemoteWatch[]): void {
    connection.frozenAt = this.#needs.engine.now;
    for (const watch of watches) {
      if (!watch.isOpen) continue;
      watch.unread = true;
      this.#needs.cut(watch, true);
    }
  }

  /**
   * A client reads again: what has found room comes, in order. Watches that ran out meanwhile, or were ended because nobody
   * read them, are opened again from there.
   */
  goOn(connection: Connection, watches: readonly RemoteWatch[]): void {
    const { frozenAt } = connection;
    if (frozenAt === undefined) return;
    const { now } = this.#needs.engine;
    connection.frozenAt = undefined;
    const unread = watches.filter((watch) => watch.unread);
    const ends = unread.map((watch) => {
      const end = watch.isOpen ? Infinity : watch.endedAt;
      return Math.min(end, this.#needs.lengths.endAfter(watch, frozenAt));
    });
    const found = unreadOf(
      unread.map(({ subscription, instance }, i) => ({
        endsAt: ends[i]!,
        missed: subscription.missed(),
        channelSize: channelSize(subscription.kind, instance?.caches.of(subscription.kind).capacity ?? 0),
      })),
    );
    for (const [i, watch] of unread.entries()) {
      const { taken, isTerminated } = found[i]!;
      const endsAt = ends[i]!;
      watch.unread = false;
      if (!isTerminated && endsAt > now) this.#needs.goOn(watch);
      else {
        if (isTerminated) this.#needs.terminated(watch);
        this.#endUnread(watch, taken, isTerminated ? undefined : endsAt);
      }
    }
    for (const watch of watches) {
      if (watch.isOpen && !watch.flows) this.#needs.goOn(watch);
      else if (!watch.isOpen && watch.instance === undefined) this.#needs.opensAgain(watch);
    }
  }

  /** @param endedAt when it ran out, or its server ended; undefined: it was given up because nobody read it */
  #endUnread(watch: RemoteWatch, taken: number, endedAt: number | undefined): void {
    const { subscription } = watch;
    const last = subscription.missed()[taken - 1];
    subscription.take(taken);
    const at = endedAt ?? lastBookmark(watch, last?.committedAt ?? watch.seen.at);
    watch.seen = { at: Math.max(watch.seen.at, at), revision: subscription.seen() };
    if (watch.isOpen) this.#needs.cut(watch, false);
    watch.instance = undefined;
  }
}
