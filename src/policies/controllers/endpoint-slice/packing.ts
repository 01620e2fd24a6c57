import { sameData } from '../../../sim/api/equality.ts';
import type { Endpoint, EndpointSlice } from '../../../sim/api/service.ts';
import type { EndpointGroup, EndpointList } from './endpoint-group.ts';

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
  const update: Filling[] = [];
  const unchanged: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  wished.begin(new Set(existing.map(({ endpoints }) => endpoints)));

  // 1. What is there: drop what is no longer wished, renew what changed.
  for (const slice of existing) {
    const labelled = refresh(slice);
    if (wished.isSettled(slice.endpoints)) {
      if (labelled === slice) unchanged.push(slice);
      else update.push({ slice: labelled, endpoints: [...slice.endpoints] });
      continue;
    }
    const { kept, renewed } = stillWished(slice.endpoints, wished);
    const lost = kept.length !== slice.endpoints.length;
    if ((renewed || lost) && kept.length === 0) remove.push(slice);
    else if (renewed || lost || labelled !== slice) update.push({ slice: labelled, endpoints: kept });
    else {
      wished.settle(slice.endpoints);
      unchanged.push(slice);
    }
  }

  const queue = wished.unplaced();
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
    const endpoints: Endpoint[] = [];
    if (fit >= 0) {
      const [slice] = unchanged.splice(fit, 1) as [EndpointSlice];
      endpoints.push(...slice.endpoints);
      update.push({ slice, endpoints });
    } else create.push(endpoints);
    fill(endpoints);
  }

  // Should one of these not get through, the caches will not show it, and its endpoints are without a slice again.
  for (const { slice, endpoints } of update) wished.settle(endpoints, slice.endpoints);
  for (const endpoints of create) wished.settle(endpoints);
  return { create, update: update.map(({ slice, endpoints }) => withEndpoints(slice, endpoints)), remove };
}

function withEndpoints({ kind, metadata, addressType, ports }: EndpointSlice, endpoints: EndpointList): EndpointSlice {
  return { kind, metadata, addressType, endpoints, ports };
}

/** What of a slice stays, as it should be now, and whether any of it says something new. */
function stillWished(
  endpoints: readonly Endpoint[],
  wished: EndpointGroup,
): { readonly kept: Endpoint[]; readonly renewed: boolean } {
  const kept: Endpoint[] = [];
  let renewed = false;
  for (const endpoint of endpoints) {
    const wish = wished.take(endpoint);
    if (wish === undefined) continue;
    kept.push(wish);
    if (wish !== endpoint && !sameData(wish, endpoint)) renewed = true;
  }
  return { kept, renewed };
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
