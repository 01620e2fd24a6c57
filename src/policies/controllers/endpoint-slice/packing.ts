import { sameData } from '../../../sim/api/equality.ts';
import type { Endpoint, EndpointSlice } from '../../../sim/api/service.ts';
import type { EndpointGroup } from './endpoint-group.ts';

export interface Packing {
  /** One list of endpoints for each slice to be made. */
  readonly create: readonly (readonly Endpoint[])[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

/**
 * Fits the wished endpoints of one set of ports into the slices there are, with as few writes as possible and without
 * ever rebalancing (kubernetes-behaviour.md 3.8, "Packing").
 *
 * @param refresh gives a slice with the labels it should have; the same object when they are right
 */
export function pack(
  existing: readonly EndpointSlice[],
  wished: EndpointGroup,
  maxEndpoints: number,
  refresh: (slice: EndpointSlice) => EndpointSlice,
): Packing {
  const placed = new Set<Endpoint>();
  const update: Filling[] = [];
  const unchanged: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];

  // 1. What is there: drop what is no longer wished, renew what changed.
  for (const slice of existing) {
    const kept: Endpoint[] = [];
    let renewed = false;
    for (const endpoint of slice.endpoints) {
      const wish = wished.wishFor(endpoint);
      if (wish === undefined || placed.has(wish)) continue;
      placed.add(wish);
      kept.push(wish);
      if (wish !== endpoint && !sameData(wish, endpoint)) renewed = true;
    }
    const labelled = refresh(slice);
    const lost = kept.length !== slice.endpoints.length;
    if ((renewed || lost) && kept.length === 0) remove.push(slice);
    else if (renewed || lost || labelled !== slice) update.push({ slice: labelled, endpoints: kept });
    else unchanged.push(slice);
  }

  const queue = placed.size === wished.size ? [] : [...wished.values()].filter((endpoint) => !placed.has(endpoint));
  let next = 0;
  const fill = (endpoints: Endpoint[]): void => {
    while (next < queue.length && endpoints.length < maxEndpoints) endpoints.push(queue[next++]!);
  };

  // 2. What is new goes first where a write is due anyway, the fullest first.
  if (queue.length > 0) {
    const fullestFirst = [...update].sort((a, b) => b.endpoints.length - a.endpoints.length);
    for (const { endpoints } of fullestFirst) fill(endpoints);
  }

  // 3. The rest into the one unchanged slice that it fills best, if it fits into one; else into new slices.
  const create: Endpoint[][] = [];
  while (next < queue.length) {
    const rest = queue.length - next;
    const fit = rest < maxEndpoints ? bestFit(unchanged, rest, maxEndpoints) : -1;
    if (fit >= 0) {
      const [slice] = unchanged.splice(fit, 1) as [EndpointSlice];
      const endpoints = [...slice.endpoints];
      fill(endpoints);
      update.push({ slice, endpoints });
    } else {
      const endpoints: Endpoint[] = [];
      fill(endpoints);
      create.push(endpoints);
    }
  }
  return { create, update: update.map(({ slice, endpoints }) => ({ ...slice, endpoints })), remove };
}

interface Filling {
  readonly slice: EndpointSlice;
  readonly endpoints: Endpoint[];
}

/** The slice that `rest` more endpoints fill best without overfilling it, or -1. */
function bestFit(slices: readonly EndpointSlice[], rest: number, maxEndpoints: number): number {
  let best = -1;
  let bestRoom = maxEndpoints;
  for (let i = 0; i < slices.length; i++) {
    const room = maxEndpoints - slices[i]!.endpoints.length - rest;
    if (room < 0 || room >= bestRoom) continue;
    best = i;
    bestRoom = room;
  }
  return best;
}
