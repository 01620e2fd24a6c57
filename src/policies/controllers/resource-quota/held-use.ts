import { Heap } from 'heap-js';
import { keyOf, type ApiObject } from '../../../sim/api/kinds.ts';
import { endOfGrace } from '../../../sim/api/quota/pod-usage.ts';
import type { Amounts } from '../../../sim/api/quota/resource-lists.ts';
import { isCounted, usageOf } from '../../../sim/api/quota/usage.ts';
import type { Quantity, QuantityFormat } from '../../../sim/api/quantity.ts';
import type { ResourceQuota } from '../../../sim/api/quota.ts';

/** Where objects of different suffixes add up, the sum has the first of these. */
const FORMATS = ['DecimalSI', 'BinarySI', 'DecimalExponent'] as const satisfies readonly QuantityFormat[];

/** Objects of one kind in the namespace of a quota. */
export interface CountedObjects {
  list(): readonly ApiObject[];
  get(key: string): ApiObject | undefined;
}

/** How much of one resource is used, and how many objects that use some of it write it in each format. */
interface Sum {
  nano: bigint;
  readonly users: Record<QuantityFormat, number>;
}

/**
 * What the objects of one kind use of a quota, added up. The sums are kept up to date from the objects that changed since
 * they were last looked at, and from the pods whose grace period has run out since; so a sync costs what has changed and
 * not what there is. They are always what a walk over all objects would give.
 */
export class HeldUse {
  readonly #quota: ResourceQuota;
  readonly #objects: CountedObjects;
  readonly #sums: ReadonlyMap<string, Sum>;
  readonly #used = new Map<string, Amounts>();
  readonly #touched = new Set<string>();
  readonly #leaving = new Heap<{ readonly key: string; readonly at: number }>((a, b) => a.at - b.at);

  /** @param names of the resources that are counted of this kind */
  constructor(quota: ResourceQuota, names: Iterable<string>, objects: CountedObjects) {
    this.#quota = quota;
    this.#objects = objects;
    this.#sums = new Map([...names].map((name) => [name, nothing()]));
    for (const object of objects.list()) this.#touched.add(keyOf(object));
  }

  /** This object, by its key, has changed. */
  touch(key: string): void {
    this.#touched.add(key);
  }

  /**
   * Use of every counted resource: at least nothing.
   *
   * @param now in microseconds
   */
  total(now: number): Map<string, Quantity> {
    for (let first = this.#leaving.peek(); first !== undefined && first.at < now; first = this.#leaving.peek()) {
      this.#leaving.pop();
      this.#touched.add(first.key);
    }
    for (const key of this.#touched) this.#recount(key, now);
    this.#touched.clear();
    return new Map([...this.#sums].map(([name, { nano, users }]) => [name, { nano, format: formatOf(users) }]));
  }

  #recount(key: string, now: number): void {
    const before = this.#used.get(key);
    if (before !== undefined) this.#add(before, -1);
    const object = this.#objects.get(key);
    if (object === undefined || !isCounted(object, this.#quota)) {
      this.#used.delete(key);
      return;
    }
    const usage = usageOf(object, now);
    this.#add(usage, 1);
    this.#used.set(key, usage);
    const at = object.kind === 'Pod' ? endOfGrace(object) : Infinity;
    if (at >= now && at < Infinity) this.#leaving.push({ key, at });
  }

  #add(usage: Amounts, sign: 1 | -1): void {
    for (const [name, { nano, format }] of usage) {
      const sum = this.#sums.get(name);
      if (sum === undefined || nano === 0n) continue;
      sum.nano += sign === 1 ? nano : -nano;
      sum.users[format] += sign;
    }
  }
}

function nothing(): Sum {
  return { nano: 0n, users: { DecimalSI: 0, BinarySI: 0, DecimalExponent: 0 } };
}

function formatOf(users: Readonly<Record<QuantityFormat, number>>): QuantityFormat {
  return FORMATS.find((format) => users[format] > 0) ?? 'DecimalSI';
}
