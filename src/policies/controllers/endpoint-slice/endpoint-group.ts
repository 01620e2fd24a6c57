import type { Endpoint } from '../../../sim/api/service.ts';
import type { EndpointPorts } from './ports.ts';

/** The pod an endpoint stands for, as `namespace/name`; empty when it stands for none. */
export function podKeyOf({ targetRef }: Endpoint): string {
  return targetRef === undefined ? '' : `${targetRef.namespace}/${targetRef.name}`;
}

/** The wished endpoints of all pods that serve a Service at the same ports, and so share its slices. */
export class EndpointGroup {
  readonly ports: EndpointPorts;
  readonly #byPod = new Map<string, Endpoint>();
  readonly #wishes = new Set<Endpoint>();

  constructor(ports: EndpointPorts) {
    this.ports = ports;
  }

  set(podKey: string, endpoint: Endpoint): void {
    this.delete(podKey);
    this.#byPod.set(podKey, endpoint);
    this.#wishes.add(endpoint);
  }

  delete(podKey: string): void {
    const endpoint = this.#byPod.get(podKey);
    if (endpoint === undefined) return;
    this.#byPod.delete(podKey);
    this.#wishes.delete(endpoint);
  }

  get size(): number {
    return this.#wishes.size;
  }

  /** In the order in which they came. */
  values(): Iterable<Endpoint> {
    return this.#wishes;
  }

  /**
   * What an endpoint of a slice should be now: mostly itself, since slices hold what was wished for once. Addresses and
   * hostname tell one endpoint from another; everything else about it may change in place.
   */
  wishFor(endpoint: Endpoint): Endpoint | undefined {
    if (this.#wishes.has(endpoint)) return endpoint;
    const wish = this.#byPod.get(podKeyOf(endpoint));
    if (wish === undefined || wish.hostname !== endpoint.hostname) return undefined;
    const same = wish.addresses.length === endpoint.addresses.length;
    return same && wish.addresses.every((address, i) => address === endpoint.addresses[i]) ? wish : undefined;
  }
}
