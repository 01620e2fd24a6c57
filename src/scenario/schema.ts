import { z } from 'zod';
import { workloadSchema } from './arrivals.ts';
import { behaviourSchema } from './behaviours.ts';
import { clusterSchema } from './cluster.ts';
import { copiesSchema } from './copies.ts';
import { expectationSchema } from './expectations.ts';
import { positiveDuration } from './fields.ts';
import { metricSeriesSchema } from './metric-series.ts';
import { resourceName } from './node-fields.ts';
import { traceSchema } from './recorded-workload.ts';
import { timelineEntrySchema } from './timeline.ts';

/** The `apiVersion` of a scenario. */
export const API_VERSION = 'orrery.dev/v1';

/** The whole scenario document. Objects are closed: an unknown member is an error. */
export const scenarioSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Scenario'),
  metadata: z.strictObject({ name: resourceName }),
  spec: z.strictObject({
    question: z.string().optional().describe('What the scenario asks. Without it: the comment at the top of the file.'),
    duration: positiveDuration
      .optional()
      .describe('How long to simulate. Without it: until only periodic work is left.'),
    warmUp: positiveDuration
      .optional()
      .describe('What happens before does not count: latencies are of pods created from then on, means begin there.'),
    horizon: positiveDuration.prefault('1h').describe('The longest run when there is no duration.'),
    seed: z
      .union([z.int(), z.string().min(1).max(200)])
      .default(1)
      .transform(String)
      .describe('The same seed gives the same run.'),
    simulateEverything: z
      .boolean()
      .default(false)
      .describe(
        'Simulate heartbeats and passes that change nothing one by one, not by arithmetic. Slow; for comparison.',
      ),
    cluster: clusterSchema.prefault({}),
    manifests: z
      .array(z.string().min(1))
      .default([])
      .describe('Files and folders of Kubernetes manifests, applied at the start; relative to this file.'),
    copies: z.array(copiesSchema).default([]),
    workload: z.array(workloadSchema).default([]),
    traces: z.array(traceSchema).default([]),
    behaviour: z.array(behaviourSchema).default([]),
    metrics: z.array(metricSeriesSchema).max(1_000).default([]),
    timeline: z.array(timelineEntrySchema).default([]).describe('What happens when.'),
    expect: z.array(expectationSchema).default([]).describe('What must hold. A broken one ends in exit code 1.'),
  }),
});

export type ScenarioDocument = z.output<typeof scenarioSchema>;
