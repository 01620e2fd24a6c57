import type { ResourceList } from '../pod.ts';
import { compareQuantities, formatQuantity, quantityOf, type Quantity } from '../quantity.ts';

/** Amounts by resource name. */
export type Amounts = ReadonlyMap<string, Quantity>;

const ZERO: Quantity = { nano: 0n, format: 'DecimalSI' };

export function amountsOf(list: ResourceList | undefined): Map<string, Quantity> {
  return new Map(Object.keys(list ?? {}).map((name) => [name, quantityOf(list?.[name] ?? '0')]));
}

/** Sums keep the suffixes of the first amount that is not nothing, as Kubernetes' quantities do. */
export function sum(a: Quantity | undefined, b: Quantity): Quantity {
  if (a === undefined) return b;
  return { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format };
}

export function addTo(total: Map<string, Quantity>, amounts: Amounts): void {
  for (const [name, amount] of amounts) total.set(name, sum(total.get(name), amount));
}

export function difference(a: Amounts, b: Amounts): Map<string, Quantity> {
  const result = new Map(a);
  for (const [name, amount] of b) {
    const before = result.get(name) ?? { nano: 0n, format: amount.format };
    result.set(name, { nano: before.nano - amount.nano, format: before.format });
  }
  return result;
}

/** Only the resources of these names. */
export function masked(amounts: Amounts, names: ReadonlySet<string>): Map<string, Quantity> {
  return new Map([...amounts].filter(([name]) => names.has(name)));
}

export function isAtMost(a: Quantity, b: Quantity): boolean {
  return compareQuantities(a, b) <= 0;
}

/** In order of names. */
export function listOf(amounts: Amounts): ResourceList {
  const names = [...amounts.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const list = Object.create(null) as Record<string, string>;
  for (const name of names) list[name] = formatQuantity(amounts.get(name) ?? ZERO);
  return list;
}

/** `cpu=1,pods=3` */
export function textOf(amounts: Amounts): string {
  const list = listOf(amounts);
  return Object.keys(list)
    .map((name) => `${name}=${list[name] ?? ''}`)
    .join(',');
}

/** Whether two lists name the same amounts, however they are written. */
export function sameAmounts(a: ResourceList | undefined, b: ResourceList | undefined): boolean {
  const left = amountsOf(a);
  const right = amountsOf(b);
  if (left.size !== right.size) return false;
  for (const [name, amount] of left) {
    const other = right.get(name);
    if (other === undefined || compareQuantities(amount, other) !== 0) return false;
  }
  return true;
}
