import { LogHistogram } from './log-histogram.ts';

/** Requests of one flow schema that found no seat at once. */
export interface FairnessRow {
  readonly level: string;
  readonly schema: string;
  /** How long those waited that got one. */
  readonly waits: LogHistogram;
  /** How many were refused, by reason. */
  readonly rejected: ReadonlyMap<string, number>;
}

interface Counted extends FairnessRow {
  readonly rejected: Map<string, number>;
}

/** What priority and fairness made of requests, over all API servers. */
export class FairnessMetrics {
  readonly #rows = new Map<string, Counted>();

  /** @param micros how long a request waited for its seat */
  waited(level: string, schema: string, micros: number): void {
    this.#row(level, schema).waits.add(micros);
  }

  rejected(level: string, schema: string, reason: string): void {
    const { rejected } = this.#row(level, schema);
    rejected.set(reason, (rejected.get(reason) ?? 0) + 1);
  }

  /** By level and schema. */
  rows(): readonly FairnessRow[] {
    return [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  #row(level: string, schema: string): Counted {
    const key = `${level} ${schema}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = { level, schema, waits: new LogHistogram(), rejected: new Map() };
      this.#rows.set(key, row);
    }
    return row;
  }
}
