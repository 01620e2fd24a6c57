import { z } from 'zod';
import { formatDuration } from '../sim/engine/time.ts';
import type { Kind } from '../sim/api/kinds.ts';
import type { Condition, Expectation } from '../sim/scenario/expectations.ts';
import type { Remark } from './build-scenario.ts';
import { parseCondition } from './condition.ts';
import type { Inventory } from './inventory.ts';
import { addIssue, duration } from './fields.ts';

const sentence = z
  .string()
  .min(1)
  .meta({
    examples: [
      'every Deployment is available',
      'service/checkout has endpoints',
      'at most 3 pods matching app=web are Pending',
    ],
  });

export const expectationSchema = z
  .strictObject({
    at: duration.optional().describe('The moment at which `that` must hold.'),
    that: sentence.optional(),
    always: sentence.optional().describe('Must hold at every moment, from `from` on.'),
    from: duration.optional(),
    end: sentence.optional().describe('Must hold when the run ends.'),
  })
  .superRefine((entry, context) => {
    const kinds = (['at', 'always', 'end'] as const).filter((name) => entry[name] !== undefined);
    const refuse = (message: string) =>
      addIssue(context, {
        code: 'bad-expectation',
        message,
        help: 'write `{ at: 5m, that: … }`, `{ always: …, from: 1m }` or `{ end: … }`',
      });
    if (kinds.length === 0) refuse('an expectation says when it must hold: `at`, `always` or `end`');
    else if (kinds.length > 1)
      refuse(`an expectation has one of \`at\`, \`always\` and \`end\`, not ${kinds.join(' and ')}`);
    else if (kinds[0] === 'at' && entry.that === undefined) refuse('`at` needs `that`: what must hold then');
    else if (kinds[0] !== 'at' && entry.that !== undefined) refuse('`that` goes with `at`');
    else if (kinds[0] !== 'always' && entry.from !== undefined) refuse('`from` goes with `always`');
  });

type Written = z.output<typeof expectationSchema>;

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
