import type { ApiObject } from '../../sim/api/kinds.ts';
import { age } from './age.ts';

/** A column of what `kubectl get` prints for objects of one kind. `now`: microseconds, what ages are counted to. */
export interface Column<T extends ApiObject> {
  readonly name: string;
  /** With `-o wide` only. */
  readonly wide?: boolean;
  readonly cell: (object: T, now: number) => string;
}

export type Columns<T extends ApiObject> = readonly Column<T>[];

export const NAME: Column<ApiObject> = { name: 'NAME', cell: ({ metadata }) => metadata.name };
export const AGE: Column<ApiObject> = {
  name: 'AGE',
  cell: ({ metadata }, now) => age(metadata.creationTimestamp, now),
};

/** As kubectl shows what is not there. */
export function orNone(text: string | undefined): string {
  return text === undefined || text === '' ? '<none>' : text;
}
