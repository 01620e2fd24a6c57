import { z } from 'zod';
import type { SchedulerSpec } from '../sim/scenario/cluster.ts';
import type { Ingredients, Remark } from './build-scenario.ts';
import type { Path } from './document.ts';
import { schedulerConfiguration } from './scheduler-configuration.ts';
import { schedulerPolicy } from './scheduler-policy.ts';

export const schedulerSchema = z.strictObject({
  config: z
    .union([z.string().min(1), z.record(z.string(), z.unknown())])
    .optional()
    .describe('A KubeSchedulerConfiguration: the path of one, or the thing itself.'),
  policy: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Who decides: default, first-fit, best-fit, worst-fit, random, round-robin, most-allocated, strict-fifo, gpu-random, gpu-dot-product, gpu-clustering, gpu-packing, gpu-best-fit, fgd, or the path of a policy of your own (.js or .ts).',
    ),
});

type Written = z.output<typeof schedulerSchema>;

/** Who decides, and its configuration, both looked up and checked. */
export function schedulerOf(
  { config, policy: named }: Written,
  at: Path,
  ingredients: Ingredients,
  remark: Remark,
): SchedulerSpec {
  const { document, folder, findings, options } = ingredients;
  const policy = schedulerPolicy(named, [...at, 'policy'], folder, options, remark);
  if (config === undefined) return { configuration: undefined, policy };
  const place = [...at, 'config'];
  const configuration = schedulerConfiguration(config, policy, place, folder, document, findings, options, remark);
  return { configuration, policy };
}
