import type { Parameters } from '../../scenario/parameters.ts';
import type { Store } from './store.ts';
import { versionBytes } from './version-size.ts';

/** A Lease as a kubelet renews it. Model. */
const LEASE_BYTES = 480;
/** An API server says every ten seconds that it is there: in its master lease, of 15 s, and in its own Lease. */
const SECONDS_BETWEEN_SIGNS = 10;
const MASTER_LEASE_BYTES = 250;

/**
 * Puts the writes that are not simulated one by one into etcd's database, as a rate: what API servers write of themselves,
 * and unless `everyHeartbeat` the Leases and status reports of all nodes.
 */
export function addQuietWrites(store: Store, { kubelet }: Parameters, everyHeartbeat: boolean): void {
  const signs = 1 / SECONDS_BETWEEN_SIGNS;
  store.size.addQuiet({ bytes: MASTER_LEASE_BYTES, perSecond: () => signs }, 0);
  store.size.addQuiet({ bytes: LEASE_BYTES, perSecond: () => signs }, 0);
  const [node] = store.values('Node');
  if (everyHeartbeat || node === undefined) return;
  const each = (periodMicros: number): number => (store.count('Node') * 1_000_000) / periodMicros;
  store.size.addQuiet({ bytes: LEASE_BYTES, perSecond: () => each(kubelet.leaseRenewPeriod) }, 0);
  const report = { bytes: versionBytes(node), perSecond: () => each(kubelet.nodeStatusReportPeriod) };
  store.size.addQuiet(report, 0);
}
