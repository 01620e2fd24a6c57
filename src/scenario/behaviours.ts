import { z } from 'zod';
import type { BehaviourSpec } from '../sim/scenario/behaviour.ts';
import type { UsageCurve, UsageSpec } from '../sim/scenario/metrics.ts';
import { durationDistribution } from './fields.ts';
import { selectorOf, selectorSchema } from './selector.ts';
import { curveOf, usageCurveSchema } from './usage-curve.ts';

const after = z.strictObject({ after: durationDistribution });

const usages = z.record(z.string().min(1).max(253), usageCurveSchema).default({});

export const behaviourSchema = z
  .strictObject({
    selector: selectorSchema,
    container: z.string().min(1).optional().describe('Only this container; all of them unless said.'),
    start: after.optional().describe("From the container's start until it counts as started and answers probes."),
    ready: after.optional().describe("From the container's start until it is ready."),
    exit: z
      .strictObject({
        after: durationDistribution,
        code: z.int().min(0).max(255).default(0),
        times: z
          .int()
          .min(1)
          .max(1e9)
          .optional()
          .describe('So many exits; later starts run on. Every time unless said.'),
      })
      .optional()
      .describe('The container ends by itself.'),
    stop: after.optional().describe('How long the container takes to end after SIGTERM.'),
    pull: z
      .strictObject({
        failures: z
          .union([z.int().min(0).max(1e9), z.literal('always')])
          .describe('Image pulls that fail before one succeeds.'),
      })
      .optional(),
    usage: z
      .strictObject({
        each: usages.describe('What each container uses: cpu, memory, or a custom metric by its name.'),
        shared: usages.describe('What the containers of all ready pods share equally.'),
      })
      .optional()
      .describe('What the metrics APIs report, for autoscalers.'),
  })
  .describe('What the containers of matching pods do. The first entry that matches a container counts.');

type WrittenBehaviour = z.output<typeof behaviourSchema>;

/** One entry of `behaviour` in the words of the simulation. */
export function behaviourOf(written: WrittenBehaviour): BehaviourSpec {
  const failures = written.pull?.failures ?? 0;
  return {
    selector: selectorOf(written.selector),
    container: written.container,
    startMicros: written.start?.after,
    readyAfter: written.ready?.after,
    exitAfter: written.exit?.after,
    exitCode: written.exit?.code ?? 0,
    exits: written.exit?.times,
    stopAfter: written.stop?.after,
    pullFailures: failures === 'always' ? Infinity : failures,
    ...(written.usage === undefined ? {} : { usage: usageOf(written.usage) }),
  };
}

type WrittenUsage = NonNullable<WrittenBehaviour['usage']>;

function usageOf({ each, shared }: WrittenUsage): UsageSpec {
  return { each: curvesOf(each), shared: curvesOf(shared) };
}

function curvesOf(written: WrittenUsage['each']): Readonly<Record<string, UsageCurve>> {
  return Object.fromEntries(Object.entries(written).map(([name, curve]) => [name, curveOf(curve)]));
}
