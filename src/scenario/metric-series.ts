import { z } from 'zod';
import type { ApiObject } from '../sim/api/kinds.ts';
import type { MetricSeriesSpec } from '../sim/scenario/metrics.ts';
import type { Remark } from './build-scenario.ts';
import { addIssue, duration, labels, quantity } from './fields.ts';
import { resourceName } from './node-fields.ts';
import { curveOf } from './usage-curve.ts';

const points = z
  .array(z.strictObject({ at: duration, is: quantity }))
  .min(1)
  .refine((all) => all.every((point, i) => i === 0 || point.at > all[i - 1]!.at), {
    error: 'points are in order of time',
    params: { code: 'out-of-range' },
  });

const OBJECT = /^[A-Za-z][A-Za-z0-9]*\/[a-z0-9][-a-z0-9.]*$/;

export const metricSeriesSchema = z
  .strictObject({
    name: z.string().min(1).max(253).describe('As a HorizontalPodAutoscaler names it.'),
    namespace: resourceName.default('default'),
    object: z
      .string()
      .regex(OBJECT, { error: 'write the kind and the name of an object, for instance Service/shop' })
      .optional()
      .describe('Whose metric it is, as KIND/NAME. Without it: of the world outside (type External).'),
    labels: labels.default({}).describe('What the selector of the metric is held against.'),
    is: z
      .union([quantity.describe('The same all the time.'), points.describe('Straight lines between points.')])
      .optional(),
    steps: points.optional().describe('From each point on the same, until the next.'),
    sharedBy: labels
      .optional()
      .describe('The ready pods with these labels share the value: it is divided by how many there are.'),
  })
  .superRefine(({ is, steps }, context) => {
    if ((is === undefined) !== (steps === undefined)) return;
    addIssue(context, {
      code: 'required',
      message: 'a metric has one of `is` and `steps`',
      help: 'write `is: 100`, or `steps: [{ at: 0s, is: 10 }, { at: 5m, is: 100 }]`',
    });
  })
  .describe('A metric of an object or of the world outside, for autoscalers.');

type Written = z.output<typeof metricSeriesSchema>;

/** The series in the words of the simulation; one that no autoscaler asks for gets a warning. */
export function metricSeriesOf(
  written: readonly Written[],
  objects: readonly ApiObject[],
  remark: Remark,
): MetricSeriesSpec[] {
  const asked = new Set<string>();
  for (const object of objects) {
    if (object.kind !== 'HorizontalPodAutoscaler') continue;
    for (const { object: of, external } of object.spec.metrics) {
      const metric = of?.metric ?? external?.metric;
      if (metric !== undefined) asked.add(`${object.metadata.namespace}/${metric.name}`);
    }
  }
  return written.map(({ name, namespace, object, labels: own, is, steps, sharedBy }, index) => {
    if (!asked.has(`${namespace}/${name}`)) {
      const message = `no HorizontalPodAutoscaler of the manifests asks for the metric ${name} in ${namespace}`;
      remark(['spec', 'metrics', index, 'name'], { code: 'selects-nothing', severity: 'warning', message });
    }
    const [kind, of] = object?.split('/') ?? [];
    return {
      name,
      namespace,
      object: kind === undefined ? undefined : { kind, name: of! },
      labels: own,
      curve: curveOf(steps ?? is ?? '0'),
      inSteps: steps !== undefined,
      sharedBy: sharedBy === undefined ? undefined : { matchLabels: sharedBy },
    };
  });
}
