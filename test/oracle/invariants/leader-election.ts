import { keyOf } from '../../../src/sim/api/kinds.ts';
import { must } from '../reference-history.ts';
import type { Seen } from '../seen.ts';

/** The Lease of the component whose leaders are looked at, and its terms. */
export const LEASE = 'kube-system/kube-controller-manager';
const LEASE_DURATION = 15_000_000;
const RENEW_DEADLINE = 10_000_000;

/**
 * A Lease is taken from who holds it when it has run out, by one step at a time, and nobody else believes to lead longer
 * than his deadline for renewing it.
 */
export function I13({ commits, leaders }: Seen): void {
  let holder = '';
  let renewedAt = 0;
  /** When the one before the holder last renewed; nobody may go on believing for longer than its deadline. */
  let othersRenewedAt = -Infinity;
  let next = 0;
  let transitions = -1;
  const believedUntil = (moment: number): void => {
    for (; next < leaders.length && leaders[next]!.at < moment; next++) {
      const { at, believing } = leaders[next]!;
      must(believing < 3, `${believing} believe to lead`);
      if (believing > 1) must(at - othersRenewedAt > RENEW_DEADLINE, `two lead at ${at}, both in time`);
    }
  };
  for (const { object, at } of commits) {
    if (object.kind !== 'Lease' || keyOf(object) !== LEASE) continue;
    believedUntil(at);
    const { holderIdentity, leaseTransitions } = object.spec;
    if (holderIdentity !== holder && holderIdentity !== '') {
      if (holder !== '') must(at - renewedAt >= LEASE_DURATION, `taken ${at - renewedAt} after it was renewed`);
      if (transitions >= 0)
        must(leaseTransitions === transitions + 1, `transitions ${transitions} to ${leaseTransitions}`);
      othersRenewedAt = renewedAt;
    }
    if (holderIdentity !== '') transitions = leaseTransitions;
    holder = holderIdentity;
    renewedAt = at;
  }
  believedUntil(Infinity);
}
