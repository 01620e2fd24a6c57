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
  /** By reason: few have more than one type or source. */
  readonly #tallies = new Map<string, EventTally[]>();
  #size = 0;

  add({ at, type, reason, source: recordedBy, object, message }: EventRecord): void {
    let tallies = this.#tallies.get(reason);
    if (tallies !== undefined) {
      for (const known of tallies) {
        if (known.type !== type || !isFrom(known.source, recordedBy)) continue;
        known.times++;
        known.lastAt = at;
        return;
      }
    }
    if (this.#size === MOST_KINDS) return;
    if (tallies === undefined) this.#tallies.set(reason, (tallies = []));
    this.#size++;
    const comma = recordedBy.indexOf(',');
    tallies.push({
      type,
      reason,
      source: comma < 0 ? recordedBy : recordedBy.slice(0, comma),
      firstAt: at,
      lastAt: at,
      times: 1,
      example: `${object}: ${message}`,
    });
  }

  /** Warnings first, then the most frequent. */
  list(): readonly EventTally[] {
    return [...this.#tallies.values()]
      .flat()
      .sort(
        (a, b) =>
          Number(b.type === 'Warning') - Number(a.type === 'Warning') || b.times - a.times || a.firstAt - b.firstAt,
      );
  }
}

/** A component's events are one, on whatever node it runs: `kubelet, node-7`. */
function isFrom(source: string, recordedBy: string): boolean {
  if (!recordedBy.startsWith(source)) return false;
  return recordedBy.length === source.length || recordedBy[source.length] === ',';
}
