import { formatDuration } from '../sim/engine/time.ts';
import type { Kind } from '../sim/api/kinds.ts';
import type { Condition, Expectation } from '../sim/scenario/expectations.ts';
import type { Remark } from './build-scenario.ts';
import { parseCondition } from './condition.ts';
import type { Inventory } from './inventory.ts';
import type { ScenarioDocument } from './schema.ts';

type Written = ScenarioDocument['spec']['expect'][number];

/** Reads the sentences of `expect` and checks that what they name exists. */
export function readExpectations(
  written: readonly Written[],
  inventory: Inventory,
  endMicros: number,
  remark: Remark,
): Expectation[] {
  return written.flatMap((entry, index): Expectation[] => {
    const [member, text] =
      entry.end !== undefined
        ? (['end', entry.end] as const)
        : entry.always !== undefined
          ? (['always', entry.always] as const)
          : (['that', entry.that ?? ''] as const);
    const path = ['spec', 'expect', index, member];
    const reading = parseCondition(text);
    if (!reading.ok) {
      remark(path, { code: 'bad-expectation', message: reading.message, help: reading.help });
      return [];
    }
    const { condition } = reading;
    const from = entry.at ?? entry.from ?? 0;
    if (from > endMicros)
      remark(['spec', 'expect', index, entry.at === undefined ? 'from' : 'at'], {
        code: 'too-late',
        message: `this is never checked: the run ends at ${formatDuration(endMicros)}`,
      });
    const named = namedBy(condition);
    if (named !== undefined && !inventory.isOpen && inventory.get(named.kind, named.key) === undefined)
      remark(path, { code: 'unknown-object', ...inventory.missing(named.kind, named.key) });
    const when: Expectation['when'] =
      member === 'end'
        ? { kind: 'end' }
        : member === 'always'
          ? { kind: 'always', fromMicros: entry.from ?? 0 }
          : { kind: 'at', atMicros: entry.at ?? 0 };
    return [{ when, condition, text }];
  });
}

function namedBy(condition: Condition): { readonly kind: Kind; readonly key: string } | undefined {
  if (condition.that === 'available') return { kind: condition.kind, key: condition.key };
  return condition.that === 'has-endpoints' ? { kind: 'Service', key: condition.key } : undefined;
}
