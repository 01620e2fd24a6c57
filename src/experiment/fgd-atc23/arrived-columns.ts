/**
 * The study's way to make curves of a run comparable: a point for each whole per cent of the cluster's GPUs that has been
 * asked for, 0 to 130, the mean over the arrivals that round to it.
 */
export const LAST_PERCENT = 130;

/** A point of the curves. NaN where the run has no arrival near it. */
export interface CurvePoint {
  /** GPUs asked for so far, in per cent of those there are. */
  readonly arrivedPercent: number;
  /** GPUs in use, in per cent of those there are. */
  readonly allocatedPercent: number;
  /** Fragments, in per cent of all GPUs. */
  readonly fragmentationPercent: number;
  /** Fragments, in per cent of the GPUs that are idle. */
  readonly fragmentationRatioPercent: number;
}

/** Collects a run's arrivals into the points of its curves. All amounts are thousandths of a GPU. */
export class ArrivedColumns {
  readonly #capacity: number;
  readonly #rows = Array.from({ length: LAST_PERCENT + 1 }, () => ({ count: 0, used: 0, fragments: 0, ratio: 0 }));

  /** @param capacity of the cluster */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The state after a pod has arrived, whether it found a place or not. */
  add(arrived: number, used: number, fragments: number): void {
    const row = this.#rows[roundHalfEven(this.#percent(arrived))];
    if (row === undefined) return;
    row.count++;
    row.used += twoDigits(this.#percent(used));
    row.fragments += this.#percent(fragments);
    row.ratio += twoDigits((100 * fragments) / (this.#capacity - used));
  }

  points(): CurvePoint[] {
    return this.#rows.map((row, arrivedPercent) => {
      // A step that no arrival rounds to, after a pod that asked for much, takes the mean over its neighbours.
      const rows = row.count > 0 ? [row] : this.#rows.slice(Math.max(arrivedPercent - 1, 0), arrivedPercent + 2);
      const mean = (member: 'used' | 'fragments' | 'ratio'): number => {
        let sum = 0;
        let count = 0;
        for (const one of rows) {
          sum += one[member];
          count += one.count;
        }
        return sum / count;
      };
      return {
        arrivedPercent,
        allocatedPercent: twoDigits(mean('used')),
        fragmentationPercent: twoDigits(mean('fragments')),
        fragmentationRatioPercent: mean('ratio'),
      };
    });
  }

  #percent(milli: number): number {
    return (100 * milli) / this.#capacity;
  }
}

function twoDigits(value: number): number {
  return Number(value.toFixed(2));
}

/** To the nearest whole number, of two equally near ones to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
