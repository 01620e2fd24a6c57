import type { Endpoint } from '../../../sim/api/service.ts';
import type { EndpointPorts } from './ports.ts';

/** The endpoints of one slice, known by identity. */
export type EndpointList = readonly Endpoint[];

/** The pod an endpoint stands for, as `namespace/name`; empty when it stands for none. */
export function podKeyOf({ targetRef }: Endpoint): string {
  return targetRef === undefined ? '' : `${targetRef.namespace}/${targetRef.name}`;
}

/** In no queue. */
const NOWHERE = -1;

/** An endpoint as it should be. */
interface Wish {
  readonly endpoint: Endpoint;
  /** The list it is in. */
  home: EndpointList | undefined;
  /** Its place among those that no slice has. */
  queuedAt: number;
}

/**
 * The wished endpoints of all pods that serve a Service at the same ports, and so share its slices; and in which slice
 * each of them is. A slice that holds what it should is settled: it need not be looked through again until one of its
 * endpoints changes.
 */
export class EndpointGroup {
  readonly ports: EndpointPorts;
  readonly #byPod = new Map<string, Wish>();
  readonly #byEndpoint = new Map<Endpoint, Wish>();
  /** Wishes that no slice has, in the order in which they came; one that says another place has left. */
  #queue: Wish[] = [];
  readonly #settled = new Set<EndpointList>();
  readonly #unsettled = new Set<EndpointList>();

  constructor(ports: EndpointPorts) {
    this.ports = ports;
  }

  set(podKey: string, endpoint: Endpoint): void {
    this.delete(podKey);
    const wish: Wish = { endpoint, home: undefined, queuedAt: NOWHERE };
    this.#byPod.set(podKey, wish);
    this.#byEndpoint.set(endpoint, wish);
    this.#enqueue(wish);
  }

  delete(podKey: string): void {
    const wish = this.#byPod.get(podKey);
    if (wish === undefined) return;
    this.#byPod.delete(podKey);
    this.#byEndpoint.delete(wish.endpoint);
    wish.queuedAt = NOWHERE;
    const { home } = wish;
    if (home === undefined) return;
    this.#settled.delete(home);
    this.#unsettled.add(home);
  }

  /** Every wish, whether it has a slice or not. */
  *values(): Generator<Endpoint> {
    for (const { endpoint } of this.#byPod.values()) yield endpoint;
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
        if (wish?.home !== list) continue;
        wish.home = undefined;
        this.#enqueue(wish);
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
    if (wish === undefined || wish.queuedAt === NOWHERE) return undefined;
    wish.queuedAt = NOWHERE;
    return wish.endpoint;
  }

  /** Wishes that no slice has, in the order in which they came. */
  unplaced(): readonly Endpoint[] {
    const queue = this.#queue.filter((wish, place) => wish.queuedAt === place);
    queue.forEach((wish, place) => (wish.queuedAt = place));
    this.#queue = queue;
    return queue.map(({ endpoint }) => endpoint);
  }

  /** This list holds wishes only, and is that of a slice, or takes the place of what the slice held before. */
  settle(list: EndpointList, before: EndpointList = list): void {
    this.#settled.delete(before);
    for (const endpoint of list) {
      const wish = this.#wishFor(endpoint);
      if (wish === undefined) continue;
      wish.queuedAt = NOWHERE;
      wish.home = list;
    }
    this.#settled.add(list);
  }

  #enqueue(wish: Wish): void {
    if (wish.queuedAt === NOWHERE) wish.queuedAt = this.#queue.push(wish) - 1;
  }

  /**
   * The wish an endpoint stands for: mostly itself, since slices hold what was wished for once. Pod, addresses and
   * hostname tell one endpoint from another; everything else about it may change in place.
   */
  #wishFor(endpoint: Endpoint): Wish | undefined {
    const known = this.#byEndpoint.get(endpoint);
    if (known !== undefined) return known;
    const wish = this.#byPod.get(podKeyOf(endpoint));
    if (wish === undefined) return undefined;
    const { hostname, addresses } = wish.endpoint;
    if (hostname !== endpoint.hostname || addresses.length !== endpoint.addresses.length) return undefined;
    return addresses.every((address, i) => address === endpoint.addresses[i]) ? wish : undefined;
  }
}
