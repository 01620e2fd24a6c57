import { z } from 'zod';
import { decodeObject } from '../sim/api/decode/decode-object.ts';
import { valueAt, type SourceDocument } from './document.ts';
import type { WorkloadSpec } from '../sim/scenario/workload.ts';
import type { Findings } from './findings.ts';
import { fieldPath } from '../sim/api/problem.ts';
import { count, duration, durationDistribution, labels } from './fields.ts';
import { resourceName } from './node-fields.ts';

export const workloadSchema = z
  .strictObject({
    name: resourceName,
    namespace: resourceName.default('default'),
    count: count(10_000_000),
    start: duration.prefault('0s'),
    interarrival: durationDistribution
      .optional()
      .describe('Time between two arrivals. Without it all arrive at `start`.'),
    templates: z
      .array(
        z.strictObject({
          weight: z.number().positive().max(1e9).default(1),
          labels: labels.default({}),
          annotations: z.record(z.string(), z.string()).default({}),
          spec: z.record(z.string(), z.unknown()).describe('A Kubernetes PodSpec.'),
        }),
      )
      .min(1)
      .describe('One is drawn for each pod, by weight.'),
    lifetime: durationDistribution
      .optional()
      .describe('How long containers run before they exit 0. Without it: for ever.'),
    deleteFinished: z.boolean().default(false),
  })
  .describe('Pods without an owner that arrive over time.');

type Written = z.output<typeof workloadSchema>;

/** One entry of `workload`, its pod templates checked as Kubernetes checks a Pod; nothing when one of them is wrong. */
export function arrivals(
  written: Written,
  index: number,
  document: SourceDocument,
  findings: Findings,
): WorkloadSpec | undefined {
  const templates = written.templates.map(({ weight, labels, annotations }, position) => {
    const at = ['spec', 'workload', index, 'templates', position];
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: written.name, namespace: written.namespace, labels, annotations },
      spec: valueAt(document.data, [...at, 'spec']),
    };
    const object = decodeObject(pod, ({ path, severity, code, message, suggestion, at: side }) => {
      const inDocument = path[0] === 'metadata' ? [...at, ...path.slice(1)] : [...at, ...path];
      const place = document.locate(inDocument, side);
      findings.report({
        code,
        severity,
        message: `${fieldPath(path)}: ${message}`,
        source: place.source,
        span: place.span,
        path: fieldPath(inDocument),
        help: suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`,
      });
    });
    return object?.kind === 'Pod'
      ? { weight, labels: object.metadata.labels, annotations: object.metadata.annotations, spec: object.spec }
      : undefined;
  });
  const { name, namespace, count, start, interarrival, lifetime, deleteFinished } = written;
  const ready = templates.filter((template) => template !== undefined);
  if (ready.length < templates.length) return undefined;
  return { name, namespace, count, startMicros: start, interarrival, templates: ready, lifetime, deleteFinished };
}
