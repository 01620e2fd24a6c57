import { z } from 'zod';
import type { LabelSelector } from '../sim/api/meta.ts';
import { labels } from './fields.ts';

const labelSelector = z
  .strictObject({
    matchLabels: labels.optional(),
    matchExpressions: z
      .array(
        z.strictObject({
          key: z.string(),
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
          values: z.array(z.string()).optional(),
        }),
      )
      .optional(),
  })
  .describe('A Kubernetes label selector.');

export const selectorSchema = z
  .union([labelSelector, labels.describe('Labels that must all be there.')])
  .meta({ id: 'Selector', description: 'Which pods: labels that must all be there, or a label selector.' });

type Written = z.output<typeof selectorSchema>;

/** Plain labels are a selector that wants all of them. */
export function selectorOf(written: Written): LabelSelector {
  const { matchLabels, matchExpressions } = written as Extract<Written, LabelSelector>;
  if (typeof matchLabels === 'string' || typeof matchExpressions === 'string')
    return { matchLabels: written as Record<string, string> };
  if (matchLabels === undefined && matchExpressions === undefined)
    return { matchLabels: written as Record<string, string> };
  return {
    ...(matchLabels === undefined ? {} : { matchLabels }),
    ...(matchExpressions === undefined
      ? {}
      : {
          matchExpressions: matchExpressions.map(({ key, operator, values }) =>
            values === undefined ? { key, operator } : { key, operator, values },
          ),
        }),
  };
}
