import type { Store } from '../etcd/store.ts';

/** kube-apiserver's `--event-ttl`. */
const EVENT_TTL_MICROS = 3_600_000_000;

/** Events live an hour from their creation. etcd's leases take them away; ours does so when the next one comes. */
export function expireEvents(store: Store, now: number): void {
  const dead = now - EVENT_TTL_MICROS;
  if (dead >= 0) store.expireEvents(dead);
}
