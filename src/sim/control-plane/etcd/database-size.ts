import { TOMBSTONE_BYTES, versionBytes } from './version-size.ts';

/** `--quota-backend-bytes`. */
export const QUOTA_BACKEND_BYTES = 2 * 1024 * 1024 * 1024;
/** So much of bbolt's pages is used. Model. */
const PAGE_FILL = 0.7;
/** The first versions of a kind are sized one by one, from then on one in sixteen. */
const FIRST_SIZED = 64;
const SIZED_EVERY = 16;
/** For how many writes the file's size may lag behind. */
const SUMMED_EVERY = 64;

/** Versions of one kind that are no longer current: since the last compaction, and in the interval before it. */
interface Past {
  /** Bytes of a version, in the mean. */
  mean: number;
  sized: number;
  written: number;
  young: number;
  old: number;
}

/** Writes that are accounted as a rate. */
export interface QuietWrites {
  readonly bytes: number;
  perSecond(): number;
}

/**
 * How large etcd's database is, and whether its quota is reached (kubernetes-behaviour.md 1.3). Every write adds a
 * version; the ones before it, and what was deleted, stay until they are compacted. The file never shrinks: pages that
 * compaction frees are used again, and only a defragmentation gives them back. Who would write beyond the quota raises the
 * NOSPACE alarm, which stays until somebody takes it back.
 *
 * Nobody sizes every version: those of a kind count with the mean of a sample of them.
 */
export class DatabaseSize {
  readonly quotaBytes: number;
  readonly #liveOf: (kind: string) => number;
  readonly #pasts = new Map<string, Past>();
  readonly #tombstones = { young: 0, old: 0 };
  readonly #quiet: { readonly writes: QuietWrites; since: number; old: number }[] = [];
  #untilSummed = 1;
  #fileBytes = 0;
  #peakFileBytes = 0;
  #isFull = false;

  /** @param liveOf how many objects of a kind there are; `quotaBytes` Infinity: no quota */
  constructor(liveOf: (kind: string) => number, quotaBytes = QUOTA_BACKEND_BYTES) {
    this.#liveOf = liveOf;
    this.quotaBytes = quotaBytes;
  }

  /** Whether the NOSPACE alarm is on: nothing but deletions is taken. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Further writes, from now on. */
  addQuiet(writes: QuietWrites, now: number): void {
    this.#quiet.push({ writes, since: now, old: 0 });
  }

  /** A version was written. HOT: once a commit. */
  written(kind: string, object: object | number, isNew: boolean, now: number): void {
    const past = this.#past(kind);
    if (past.sized < FIRST_SIZED || past.written % SIZED_EVERY === 0) {
      past.sized++;
      const bytes = typeof object === 'number' ? object : versionBytes(object);
      past.mean += (bytes - past.mean) / past.sized;
    }
    past.written++;
    if (!isNew) past.young++;
    if (--this.#untilSummed === 0) this.#sum(now);
  }

  removed(kind: string, now: number): void {
    this.#past(kind).young++;
    this.#tombstones.young++;
    if (--this.#untilSummed === 0) this.#sum(now);
  }

  /** An interval of compaction ended: what was past when the one before it did is forgotten. */
  compacted(now: number): void {
    this.#sum(now);
    for (const past of this.#pasts.values()) {
      past.old = past.young;
      past.young = 0;
    }
    this.#tombstones.old = this.#tombstones.young;
    this.#tombstones.young = 0;
    for (const quiet of this.#quiet) {
      quiet.old = this.#quietYoung(quiet, now);
      quiet.since = now;
    }
  }

  /** Bytes of pages that are used: everything current, and the history that is not compacted. */
  inUseBytes(now: number): number {
    let bytes = (this.#tombstones.young + this.#tombstones.old) * TOMBSTONE_BYTES;
    for (const [kind, { mean, young, old }] of this.#pasts) bytes += mean * (this.#liveOf(kind) + young + old);
    for (const quiet of this.#quiet) bytes += quiet.writes.bytes * (quiet.old + this.#quietYoung(quiet, now));
    return Math.round(bytes / PAGE_FILL);
  }

  /** Bytes of the file: the most that was used since it was defragmented. */
  fileBytes(now: number): number {
    this.#sum(now);
    return this.#fileBytes;
  }

  /** The largest that the file has been, as far as somebody summed it up. */
  get peakFileBytes(): number {
    return this.#peakFileBytes;
  }

  /** `etcdctl defrag`: the file is as large as what is used. The alarm stays. */
  defragment(now: number): void {
    this.#sum(now);
    this.#fileBytes = this.inUseBytes(now);
  }

  /** `etcdctl alarm disarm`. It comes back with the next write where the file is still too large. */
  disarm(): void {
    this.#isFull = false;
    this.#untilSummed = 1;
  }

  #sum(now: number): void {
    this.#untilSummed = SUMMED_EVERY;
    this.#fileBytes = Math.max(this.#fileBytes, this.inUseBytes(now));
    this.#peakFileBytes = Math.max(this.#peakFileBytes, this.#fileBytes);
    if (this.#fileBytes > this.quotaBytes) this.#isFull = true;
  }

  #quietYoung({ writes, since }: { readonly writes: QuietWrites; readonly since: number }, now: number): number {
    return ((now - since) / 1_000_000) * writes.perSecond();
  }

  #past(kind: string): Past {
    let past = this.#pasts.get(kind);
    if (past === undefined) this.#pasts.set(kind, (past = { mean: 0, sized: 0, written: 0, young: 0, old: 0 }));
    return past;
  }
}
