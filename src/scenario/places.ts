import type { ApiObject } from '../sim/api/kinds.ts';
import { LABEL_ZONE } from '../sim/api/node.ts';
import type { CloudSpec } from '../sim/scenario/cloud.ts';
import type { NodePool } from '../sim/scenario/cluster.ts';

/** The nodes and zones a fault can strike. */
export interface Places {
  hasNode(name: string): boolean;
  /** Their names; there may be very many. */
  nodes(): Iterable<string>;
  readonly zones: ReadonlySet<string>;
}

/** The nodes and zones there are, or may come to be. */
export function placesOf(
  pools: readonly NodePool[],
  cloud: CloudSpec | undefined,
  objects: readonly ApiObject[],
): Places {
  const named = new Set<string>();
  const zones = new Set<string>();
  for (const pool of pools) for (const zone of pool.zones) zones.add(zone);
  const groups = cloud?.nodeGroups ?? [];
  for (const { zone } of groups) if (zone !== undefined) zones.add(zone);
  for (const type of cloud?.instanceTypes ?? []) for (const zone of type.zones) zones.add(zone);
  // The n-th machine of a group may come however small the group is: others have gone before.
  const families = [...pools, ...groups.map(({ name }) => ({ name, count: Infinity }))];
  for (const { kind, metadata } of objects) {
    if (kind !== 'Node') continue;
    named.add(metadata.name);
    const zone = metadata.labels[LABEL_ZONE];
    if (zone !== undefined) zones.add(zone);
  }
  return {
    zones,
    hasNode: (name) => named.has(name) || families.some((pool) => isInPool(name, pool)),
    nodes: function* () {
      yield* named;
      for (const { name, count } of pools) for (let i = 0; i < count; i++) yield `${name}-${i}`;
      for (const { name, maxSize } of groups) for (let i = 0; i < maxSize; i++) yield `${name}-${i}`;
    },
  };
}

/** Pools may be very large: their nodes are not listed to look for one. */
function isInPool(name: string, pool: Pick<NodePool, 'name' | 'count'>): boolean {
  const number = name.startsWith(`${pool.name}-`) ? name.slice(pool.name.length + 1) : '';
  return /^(0|[1-9][0-9]{0,8})$/.test(number) && Number(number) < pool.count;
}

/** Of the names there are, so many are compared with a misspelt one. */
const MOST_COMPARED = 10_000;

/** Those of very many names that a misspelt one is compared with. */
export function* comparedNames(names: Iterable<string>): Generator<string> {
  let left = MOST_COMPARED;
  for (const name of names) {
    if (left-- === 0) return;
    yield name;
  }
}
