import type { EventRecord } from '../../sim/recorder/records.ts';

/** Events of one type, reason and source. */
export interface EventTally {
  readonly type: string;
  readonly reason: string;
  readonly source: string;
  readonly firstAt: number;
  readonly example: string;
  lastAt: number;
  times: number;
}

const MOST_KINDS = 200;

/** How often each reason was reported, when first and last, with one example. */
export class EventTallies {
  readonly #tallies = new Map<string, EventTally>();

  add({ at, type, reason, source: recordedBy, object, message }: EventRecord): void {
    // A component's events are one, on whatever node it runs: `kubelet, node-7`.
    const comma = recordedBy.indexOf(',');
    const source = comma < 0 ? recordedBy : recordedBy.slice(0, comma);
    const key = `${type}\n${reason}\n${source}`;
    const known = this.#tallies.get(key);
    if (known !== undefined) {
      known.times++;
      known.lastAt = at;
    } else if (this.#tallies.size < MOST_KINDS) {
      this.#tallies.set(key, {
        type,
        reason,
        source,
        firstAt: at,
        lastAt: at,
        times: 1,
        example: `${object}: ${message}`,
      });
    }
  }

  /** Warnings first, then the most frequent. */
  list(): readonly EventTally[] {
    return [...this.#tallies.values()].sort(
      (a, b) =>
        Number(b.type === 'Warning') - Number(a.type === 'Warning') || b.times - a.times || a.firstAt - b.firstAt,
    );
  }
}
