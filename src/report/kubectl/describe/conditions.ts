import type { Description } from './description.ts';
import { parts, text, type Wire } from './wire.ts';

/** Conditions of a workload: what, whether, why. */
export function writeConditions(object: Wire, out: Description): void {
  const conditions = parts(object, 'status.conditions');
  if (conditions.length === 0) return;
  out.write(0, 'Conditions:\n  Type\tStatus\tReason\n');
  out.line(1, '----', '------', '------');
  for (const one of conditions) out.line(1, `${text(one, 'type')} `, text(one, 'status'), text(one, 'reason'));
}
