import { canonicalQuantity } from '../quantity.ts';

/** What people write for the suffixes of quantities, in lower case. */
const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['b', ''],
  ['k', 'k'],
  ['kb', 'k'],
  ['ki', 'Ki'],
  ['kib', 'Ki'],
  ['m', 'M'],
  ['mb', 'M'],
  ['mi', 'Mi'],
  ['mib', 'Mi'],
  ['g', 'G'],
  ['gb', 'G'],
  ['gi', 'Gi'],
  ['gib', 'Gi'],
  ['t', 'T'],
  ['tb', 'T'],
  ['ti', 'Ti'],
  ['tib', 'Ti'],
  ['cpu', ''],
  ['cpus', ''],
  ['core', ''],
  ['cores', ''],
  ['millicores', 'm'],
]);

/** The quantity that was meant by a text that is none, e.g. `512MB` or `1 Gi`; `undefined` when nobody can tell. */
export function quantityHint(text: string): string | undefined {
  if (text.length > 40) return undefined;
  const match = /^\s*([+-]?[0-9]+(?:[.,][0-9]+)?)\s*([A-Za-z]*)\s*$/.exec(text);
  const [, number, suffix] = match ?? [];
  if (number === undefined || suffix === undefined) return undefined;
  const meant = SUFFIXES.get(suffix.toLowerCase()) ?? (suffix === '' ? '' : undefined);
  if (meant === undefined) return undefined;
  const hint = number.replace(',', '.') + meant;
  return canonicalQuantity(hint) === undefined ? undefined : hint;
}
