import type { ApiObject } from '../../src/sim/api/kinds.ts';
import type { Quantity } from '../../src/sim/api/quantity.ts';
import type { ResourceQuota } from '../../src/sim/api/quota.ts';
import { addTo } from '../../src/sim/api/quota/resource-lists.ts';
import { isCounted, usageOf } from '../../src/sim/api/quota/usage.ts';

/** What a quota's objects use of each of `names`, by looking at every object: at least nothing. */
export function walkedUse(
  quota: ResourceQuota,
  names: Iterable<string>,
  objects: Iterable<ApiObject>,
  now: number,
): Map<string, Quantity> {
  const total = new Map<string, Quantity>();
  for (const name of names) total.set(name, { nano: 0n, format: 'DecimalSI' });
  for (const object of objects) {
    if (!isCounted(object, quota)) continue;
    addTo(total, new Map([...usageOf(object, now)].filter(([name]) => total.has(name))));
  }
  return total;
}
