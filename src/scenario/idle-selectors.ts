import { compileLabels, compileLabelSelector } from '../sim/api/label-selector.ts';
import type { Labels } from '../sim/api/meta.ts';
import { podTemplateOf } from '../sim/api/pod-template.ts';
import type { BehaviourSpec } from '../sim/scenario/behaviour.ts';
import type { WorkloadSpec } from '../sim/scenario/workload.ts';
import type { Remark } from './build-scenario.ts';
import type { Inventory } from './inventory.ts';
import type { Manifest } from './manifests.ts';
import type { ProblemSink } from './problem.ts';

/** Warns of behaviours and Services that no pod of the scenario matches: mostly a slip of a label. */
export function warnOfIdleSelectors(
  manifests: readonly Manifest[],
  behaviours: readonly BehaviourSpec[],
  workloads: readonly WorkloadSpec[],
  inventory: Inventory,
  report: ProblemSink,
  remark: Remark,
): void {
  const pods: { readonly namespace: string; readonly labels: Labels; readonly containers: readonly string[] }[] = [];
  const add = (
    namespace: string,
    labels: Labels,
    spec: { containers: readonly { name: string }[]; initContainers?: readonly { name: string }[] },
  ) =>
    pods.push({
      namespace,
      labels,
      containers: [...spec.containers, ...(spec.initContainers ?? [])].map(({ name }) => name),
    });
  for (const object of inventory.objects()) {
    const { namespace, labels } = object.metadata;
    const template = podTemplateOf(object);
    if (template !== undefined) add(namespace, template.metadata.labels, template.spec);
    else if (object.kind === 'Pod') add(namespace, labels, object.spec);
  }
  for (const { namespace, templates } of workloads)
    for (const { labels, spec } of templates) add(namespace, labels, spec);

  for (const [index, { selector, container }] of behaviours.entries()) {
    const matches = compileLabelSelector(selector);
    const matched = pods.filter(({ labels }) => matches(labels));
    if (matched.length === 0)
      remark(['spec', 'behaviour', index, 'selector'], {
        code: 'selects-nothing',
        severity: 'warning',
        message: 'no pod of the scenario matches this selector',
      });
    else if (container !== undefined && !matched.some(({ containers }) => containers.includes(container)))
      remark(['spec', 'behaviour', index, 'container'], {
        code: 'selects-nothing',
        severity: 'warning',
        message: `no matching pod has a container \`${container}\``,
      });
  }

  for (const { object, document, path } of manifests) {
    if (
      object.kind !== 'Service' ||
      inventory.get('Service', `${object.metadata.namespace}/${object.metadata.name}`) !== object
    )
      continue;
    const { selector, type } = object.spec;
    if (selector === undefined || Object.keys(selector).length === 0 || type === 'ExternalName') continue;
    const matches = compileLabels(selector);
    if (pods.some(({ namespace, labels }) => namespace === object.metadata.namespace && matches(labels))) continue;
    const place = document.locate([...path, 'spec', 'selector']);
    report({
      code: 'selects-nothing',
      severity: 'warning',
      message: `no pod matches the selector of Service ${object.metadata.name}: it will have no endpoints`,
      source: place.source,
      span: place.span,
    });
  }
}
