import type { Commit } from '../etcd/store.ts';
import { versionBytes } from '../etcd/version-size.ts';
import { SOCKET_BYTES, socketMemory } from './outbox.ts';
import { ENVELOPE_BYTES } from './served-watch.ts';

/** How much of a stream Go's HTTP/2 client takes without being read. */
const STREAM_BYTES = 4 * 1_024 * 1_024;

/** A watch whose client does not read. */
export interface UnreadWatch {
  /** When it ends by itself: what comes later is not sent. Microseconds. */
  readonly endsAt: number;
  /** What has been committed since, in order. */
  readonly missed: readonly Commit[];
  /** How many events each of its server's two channels for it holds. */
  readonly channelSize: number;
}

export interface Unread {
  /** How many of what it has missed are under way. */
  readonly taken: number;
  /** There was no room for the next: its server has given it up. */
  readonly isTerminated: boolean;
}

interface Box {
  bytes: number;
  sent: number;
  inServer: number;
  isTerminated: boolean;
}

/**
 * What lies between a process that does not read and its API server. All its watches share one connection, and so its
 * sockets; each has a window of its own before these, and two channels in the server. Of one that finds no room what has
 * not come as far as the second channel is lost, as in `Outbox`. The budget for which a server waits before it gives a
 * watch up, a tenth of a second, is left out.
 */
export function unreadOf(watches: readonly UnreadWatch[]): readonly Unread[] {
  const boxes = watches.map((): Box => ({ bytes: 0, sent: 0, inServer: 0, isTerminated: false }));
  const coming = watches
    .flatMap(({ missed, endsAt }, i) =>
      missed.filter(({ committedAt }) => committedAt <= endsAt).map((commit) => ({ commit, i })),
    )
    .sort((a, b) => a.commit.revision - b.commit.revision);
  let sockets = 0;
  for (const { commit, i } of coming) {
    const box = boxes[i]!;
    if (box.isTerminated) continue;
    if (box.inServer === 0 && sockets < SOCKET_BYTES && box.bytes < STREAM_BYTES) {
      const bytes = ENVELOPE_BYTES + versionBytes(commit.object);
      box.bytes += bytes;
      sockets += socketMemory(bytes);
      box.sent++;
    } else if (box.inServer < 2 * watches[i]!.channelSize + 2) box.inServer++;
    else box.isTerminated = true;
  }
  return boxes.map(({ sent, inServer, isTerminated }, i) => ({
    taken: sent + (isTerminated ? 1 + watches[i]!.channelSize : inServer),
    isTerminated,
  }));
}
