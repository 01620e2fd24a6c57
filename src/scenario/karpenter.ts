import { z } from 'zod';
import { bytesOf, milliCpuOf } from '../sim/api/quantity.ts';
import { duration, labels, positiveDuration, quantity } from './fields.ts';
import { resourceName, taints } from './node-fields.ts';

const after = z.union([z.literal('Never'), duration]);

const budget = z.strictObject({
  nodes: z
    .union([z.int().min(0).max(1_000_000).transform(String), z.string().regex(/^(?:[0-9]{1,2}|100)%$|^[0-9]{1,6}$/)])
    .describe('A number of nodes, or a share such as 10%.'),
  reasons: z
    .array(z.enum(['Empty', 'Underutilized']))
    .min(1)
    .optional()
    .describe('For these reasons; for all of them unless said.'),
});

const nodePool = z
  .strictObject({
    name: resourceName.describe('Nodes are called NAME-0, NAME-1 and so on; no name comes twice.'),
    weight: z.int().min(0).max(100).default(0).describe('Heavier pools are tried first.'),
    labels: labels.default({}),
    taints: taints.default([]),
    requirements: z
      .array(
        z.strictObject({
          key: z.string().min(1),
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
          values: z.array(z.string()).optional(),
        }),
      )
      .default([])
      .describe('Which instance types and zones: held against the labels that a node of them would have.'),
    limits: z
      .strictObject({
        cpu: quantity.optional(),
        memory: quantity.optional(),
        nodes: z.int().min(0).max(1_000_000).optional(),
      })
      .default({}),
    disruption: z
      .strictObject({
        consolidationPolicy: z.enum(['WhenEmpty', 'WhenEmptyOrUnderutilized']).default('WhenEmptyOrUnderutilized'),
        consolidateAfter: after.prefault('0s'),
        budgets: z
          .array(budget)
          .max(50)
          .prefault([{ nodes: '10%' }]),
      })
      .prefault({}),
    expireAfter: after.prefault('720h'),
  })
  .describe('A NodePool (karpenter.sh/v1).');

export const karpenterSchema = z
  .strictObject({
    nodePools: z.array(nodePool).min(1).max(100),
    batchIdleDuration: positiveDuration.optional(),
    batchMaxDuration: positiveDuration.optional(),
  })
  .describe('Karpenter: launches machines one by one, and consolidates.');

type Written = z.output<typeof karpenterSchema>;

/** Its settings as the policy takes them. */
export function karpenterFlags({ nodePools, ...durations }: Written): Readonly<Record<string, unknown>> {
  const pools = nodePools.map(({ limits: { cpu, memory, nodes }, disruption, expireAfter, ...pool }) => ({
    ...pool,
    taints: pool.taints.map(({ key, value, effect }) =>
      value === undefined ? { key, effect } : { key, value, effect },
    ),
    limits: {
      ...(cpu === undefined ? {} : { milliCpu: milliCpuOf(cpu) }),
      ...(memory === undefined ? {} : { memoryBytes: bytesOf(memory) }),
      ...(nodes === undefined ? {} : { nodes }),
    },
    consolidationPolicy: disruption.consolidationPolicy,
    consolidateAfter: microsOf(disruption.consolidateAfter),
    budgets: disruption.budgets,
    expireAfter: microsOf(expireAfter),
  }));
  return { nodePools: pools, ...durations };
}

function microsOf(written: 'Never' | number): number {
  return written === 'Never' ? Infinity : written;
}
