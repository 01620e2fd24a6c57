import { keyOf } from '../../../src/sim/api/kinds.ts';
import { must } from '../reference-history.ts';
import { LIMITED, type Seen } from '../seen.ts';

/**
 * Every pod was charged before it was there, and no charge went beyond what may be. How many pods there are is another
 * thing: the quota controller recounts from a cache of pods that may be behind its cache of quotas.
 */
export function I11({ commits }: Seen): void {
  let used = 0;
  let charged = 0;
  for (const { type, object } of commits) {
    if (object.metadata.namespace !== LIMITED) continue;
    if (object.kind === 'ResourceQuota' && object.status.used !== undefined) {
      const now = Number(object.status.used['pods']);
      must(now <= Number(object.status.hard!['pods']), `${now} pods are charged`);
      if (now > used) charged += now - used;
      used = now;
    }
    if (object.kind === 'Pod' && type === 'ADDED') must(charged-- > 0, `${keyOf(object)} is charged to nobody`);
  }
}
