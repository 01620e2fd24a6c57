import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import { deepFreeze } from '../../../sim/api/freeze.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import { newObjectMeta } from '../../../sim/api/new-object-meta.ts';
import type { Affinity, Pod, PodSpec, PodTemplateSpec } from '../../../sim/api/pod.ts';
import { REVISION_LABEL } from '../history/revisions.ts';
import { controllerReference } from '../ownership.ts';
import { daemonTolerations } from './tolerations.ts';

const NODE_NAME_FIELD = 'metadata.name';

/** What the pods of a template share, and what each node's has of its own. */
interface Made {
  readonly labels: Map<string, Labels>;
  readonly specs: Map<string, PodSpec>;
}

const made = new WeakMap<PodTemplateSpec, Made>();

/** A daemon pod that is about to be created for a node; the scheduler can put it nowhere else. */
export function podOfNode(set: DaemonSet, hash: string, node: string): Pod {
  const { template } = set.spec;
  let known = made.get(template);
  if (known === undefined) made.set(template, (known = { labels: new Map(), specs: new Map() }));
  let labels = known.labels.get(hash);
  if (labels === undefined) {
    labels = Object.freeze({ ...template.metadata.labels, [REVISION_LABEL]: hash });
    known.labels.set(hash, labels);
  }
  let spec = known.specs.get(node);
  if (spec === undefined) {
    const tolerations = daemonTolerations(template.spec);
    spec = deepFreeze({ ...template.spec, tolerations, affinity: boundTo(template.spec.affinity, node) });
    known.specs.set(node, spec);
  }
  return {
    kind: 'Pod',
    metadata: newObjectMeta({
      namespace: set.metadata.namespace,
      generateName: `${set.metadata.name}-`,
      labels,
      annotations: template.metadata.annotations,
      ownerReferences: [controllerReference(set)],
    }),
    spec,
    status: { phase: 'Pending', conditions: [] },
  };
}

/** The terms of the template have done their work: they said which nodes get a pod. */
function boundTo(affinity: Affinity | undefined, node: string): Affinity {
  const term = { matchFields: [{ key: NODE_NAME_FIELD, operator: 'In' as const, values: [node] }] };
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
    },
  };
}

/** The node a daemon pod is on or was made for; `undefined` for a pod that nobody made for a node. */
export function targetNode({ spec }: Pod): string | undefined {
  if ((spec.nodeName ?? '') !== '') return spec.nodeName;
  const selector = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields } of selector?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values } of matchFields ?? []) {
      if (key === NODE_NAME_FIELD && operator === 'In') return values?.length === 1 ? values[0] : undefined;
    }
  }
  return undefined;
}
