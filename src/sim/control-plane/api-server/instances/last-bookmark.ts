import type { RemoteWatch } from './connection.ts';

/** A bookmark tells a watch how far it is, a minute after the last one. */
const BOOKMARK_MICROS = 60_000_000;

/** When a watch was told last how far it is, before a moment: by a bookmark, or as it was before it was opened. */
export function lastBookmark({ openedAt, seen }: RemoteWatch, moment: number): number {
  const bookmarks = Math.floor((moment - openedAt) / BOOKMARK_MICROS);
  return bookmarks > 0 ? openedAt + bookmarks * BOOKMARK_MICROS : seen.at;
}
