import { z } from 'zod';
import { resourceName } from './node-fields.ts';
import { API_VERSION } from './schema.ts';

/** An experiment: a scenario, what is varied in it, how often it is run, and what is looked at. */
export const experimentSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Experiment'),
  metadata: z.strictObject({ name: resourceName }),
  spec: z.strictObject({
    scenario: z.string().min(1).describe('The file of the scenario, relative to this one.'),
    question: z.string().optional(),
    vary: z
      .array(
        z.strictObject({
          path: z.string().min(1).describe('As --set takes it, or short: scheduler, cluster.nodes.'),
          values: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1),
        }),
      )
      .default([]),
    set: z.array(z.string().min(1)).default([]).describe('PATH=VALUE each, for every run.'),
    seeds: z.int().min(1).max(1_000_000).optional(),
    warmUp: z
      .string()
      .min(1)
      .optional()
      .describe('What does not count at the beginning of each run: a duration, or mser-5 to find it.'),
    metrics: z.array(z.string().min(1)).optional(),
    confidence: z.number().gt(0).lt(1).optional(),
    precision: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe('Replicate until the interval is so narrow, as part of the mean.'),
    maxSeeds: z.int().min(1).max(1_000_000).optional(),
    best: z
      .strictObject({
        metric: z.string().min(1),
        goal: z.enum(['least', 'most']).default('least'),
        indifference: z.number().positive().describe('A difference that is worth knowing, in the unit of the metric.'),
        probability: z.number().gt(0.5).lt(1).default(0.95),
      })
      .optional(),
  }),
});

export type ExperimentDocument = z.output<typeof experimentSchema>;
