import type { Endpoint } from '../../../sim/api/service.ts';
import type { EndpointPorts } from './ports.ts';

/** The endpoints of one slice, known by identity. */
export type EndpointList = readonly Endpoint[];

/** The pod an endpoint stands for, as `namespace/name`; empty when it stands for none. */
export function podKeyOf({ targetRef }: Endpoint): string {
  return targetRef === undefined ? '' : `${targetRef.namespace}/${targetRef.name}`;
}

/**
 * The wished endpoints of all pods that serve a Service at the same ports, and so share its slices; and in which slice
 * each of them is. A slice that holds what it should is settled: it need not be looked through again until one of its
 * endpoints changes, so that packing costs what changed and not what there is.
 */
export class EndpointGroup {
  readonly ports: EndpointPorts;
  readonly #byPod = new Map<string, Endpoint>();
  /** Every wish, with the list it is in. */
  readonly #homeOf = new Map<Endpoint, EndpointList | undefined>();
  readonly #unplaced = new Set<Endpoint>();
  readonly #settled = new Set<EndpointList>();
  readonly #unsettled = new Set<EndpointList>();

  constructor(ports: EndpointPorts) {
    this.ports = ports;
  }

  set(podKey: string, endpoint: Endpoint): void {
    this.delete(podKey);
    this.#byPod.set(podKey, endpoint);
    this.#homeOf.set(endpoint, undefined);
    this.#unplaced.add(endpoint);
  }

  delete(podKey: string): void {
    const endpoint = this.#byPod.get(podKey);
    if (endpoint === undefined) return;
    this.#byPod.delete(podKey);
    this.#unplaced.delete(endpoint);
    const home = this.#homeOf.get(endpoint);
    this.#homeOf.delete(endpoint);
    if (home === undefined) return;
    this.#settled.delete(home);
    this.#unsettled.add(home);
  }

  /** Every wish, whether it has a slice or not. */
  values(): Iterable<Endpoint> {
    return this.#byPod.values();
  }

  // ---- What packing does, in this order ----

  /** Wishes whose slice has changed, or is not among these lists any more, are without a slice again. */
  begin(existing: ReadonlySet<EndpointList>): void {
    for (const list of this.#settled) {
      if (existing.has(list)) continue;
      this.#settled.delete(list);
      this.#unsettled.add(list);
    }
    for (const list of this.#unsettled) {
      for (const endpoint of list) {
        const wish = this.#wishFor(endpoint);
        if (wish === undefined || this.#homeOf.get(wish) !== list) continue;
        this.#homeOf.set(wish, undefined);
        this.#unplaced.add(wish);
      }
    }
    this.#unsettled.clear();
  }

  isSettled(list: EndpointList): boolean {
    return this.#settled.has(list);
  }

  /** What an endpoint of a slice should be now, unless it should be nowhere or is in another slice already. */
  take(endpoint: Endpoint): Endpoint | undefined {
    const wish = this.#wishFor(endpoint);
    return wish !== undefined && this.#unplaced.delete(wish) ? wish : undefined;
  }

  /** Wishes that no slice has, in the order in which they came. */
  unplaced(): readonly Endpoint[] {
    return [...this.#unplaced];
  }

  /** This list holds wishes only, and is that of a slice, or takes the place of what the slice held before. */
  settle(list: EndpointList, before: EndpointList = list): void {
    this.#settled.delete(before);
    for (const endpoint of list) {
      const wish = this.#wishFor(endpoint);
      if (wish === undefined) continue;
      this.#unplaced.delete(wish);
      this.#homeOf.set(wish, list);
    }
    this.#settled.add(list);
  }

  /**
   * The wish an endpoint stands for: mostly itself, since slices hold what was wished for once. Pod, addresses and
   * hostname tell one endpoint from another; everything else about it may change in place.
   */
  #wishFor(endpoint: Endpoint): Endpoint | undefined {
    if (this.#homeOf.has(endpoint)) return endpoint;
    const wish = this.#byPod.get(podKeyOf(endpoint));
    if (wish === undefined) return undefined;
    if (wish.hostname !== endpoint.hostname || wish.addresses.length !== endpoint.addresses.length) return undefined;
    return wish.addresses.every((address, i) => address === endpoint.addresses[i]) ? wish : undefined;
  }
}
