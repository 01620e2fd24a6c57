import { must } from '../reference-history.ts';
import type { Seen } from '../seen.ts';

/** A client sends no more than its limit in any window, and no priority level more at once than it has seats. */
export function I12({ clients, seats }: Seen): void {
  for (const { name, limit, sent } of clients) {
    for (let first = 0; first < sent.length; first++) {
      for (let last = first + limit.burst; last < sent.length; last++) {
        const seconds = (sent[last]! - sent[first]!) / 1_000_000;
        const count = last - first + 1;
        // A token that is due within the microsecond counts as there.
        must(count <= limit.burst + limit.qps * seconds + 0.001, `${name} sent ${count} in ${seconds} s`);
      }
    }
  }
  for (const { level, inUse, limit, most } of seats) {
    must(inUse <= limit && limit <= most, `${level} has ${inUse} of ${limit} seats, and may have ${most}`);
  }
}
