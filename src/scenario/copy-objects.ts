import type { ApiObject } from '../sim/api/kinds.ts';
import type { LabelSelector, Labels } from '../sim/api/meta.ts';
import type { PodTemplateSpec } from '../sim/api/pod.ts';

/**
 * `count` copies of a group of objects that belong together, called NAME-0, NAME-1 and so on. Wherever a label or a
 * selector has the name of one of them as its value, a copy has the copy's name, so that each copied Service finds the
 * pods of its own Deployment. Specs that say nothing of names are shared by all copies.
 */
export function copiesOf(group: readonly ApiObject[], count: number): ApiObject[] {
  const names = new Set(group.map((object) => object.metadata.name));
  const copies: ApiObject[] = [];
  for (let i = 0; i < count; i++) for (const object of group) copies.push(copyOf(object, names, `-${i}`));
  return copies;
}

function copyOf(object: ApiObject, names: ReadonlySet<string>, suffix: string): ApiObject {
  const rename = (labels: Labels): Labels => renameValues(labels, names, suffix);
  const metadata = { ...object.metadata, name: object.metadata.name + suffix, labels: rename(object.metadata.labels) };
  const selector = (written: LabelSelector): LabelSelector => ({
    ...written,
    ...(written.matchLabels === undefined ? {} : { matchLabels: rename(written.matchLabels) }),
    ...(written.matchExpressions === undefined
      ? {}
      : {
          matchExpressions: written.matchExpressions.map((each) =>
            each.values === undefined
              ? each
              : { ...each, values: each.values.map((value) => (names.has(value) ? value + suffix : value)) },
          ),
        }),
  });
  const template = (written: PodTemplateSpec): PodTemplateSpec => ({
    ...written,
    metadata: { ...written.metadata, labels: rename(written.metadata.labels) },
  });
  switch (object.kind) {
    case 'Deployment':
      return {
        ...object,
        metadata,
        spec: { ...object.spec, selector: selector(object.spec.selector), template: template(object.spec.template) },
      };
    case 'ReplicaSet':
      return {
        ...object,
        metadata,
        spec: { ...object.spec, selector: selector(object.spec.selector), template: template(object.spec.template) },
      };
    case 'StatefulSet': {
      const { serviceName } = object.spec;
      return {
        ...object,
        metadata,
        spec: {
          ...object.spec,
          serviceName: names.has(serviceName) ? serviceName + suffix : serviceName,
          selector: selector(object.spec.selector),
          template: template(object.spec.template),
        },
      };
    }
    case 'DaemonSet':
      return {
        ...object,
        metadata,
        spec: { ...object.spec, selector: selector(object.spec.selector), template: template(object.spec.template) },
      };
    case 'ReplicationController':
      return {
        ...object,
        metadata,
        spec: { ...object.spec, selector: rename(object.spec.selector), template: template(object.spec.template) },
      };
    case 'Job':
      return { ...object, metadata, spec: { ...object.spec, template: template(object.spec.template) } };
    case 'CronJob': {
      const { jobTemplate } = object.spec;
      const spec = { ...jobTemplate.spec, template: template(jobTemplate.spec.template) };
      return { ...object, metadata, spec: { ...object.spec, jobTemplate: { ...jobTemplate, spec } } };
    }
    case 'HorizontalPodAutoscaler': {
      const { scaleTargetRef } = object.spec;
      const name = names.has(scaleTargetRef.name) ? scaleTargetRef.name + suffix : scaleTargetRef.name;
      return { ...object, metadata, spec: { ...object.spec, scaleTargetRef: { ...scaleTargetRef, name } } };
    }
    case 'Service':
      return {
        ...object,
        metadata,
        spec: {
          ...object.spec,
          ...(object.spec.selector === undefined ? {} : { selector: rename(object.spec.selector) }),
        },
      };
    case 'PodDisruptionBudget':
      return {
        ...object,
        metadata,
        spec: {
          ...object.spec,
          ...(object.spec.selector === undefined ? {} : { selector: selector(object.spec.selector) }),
        },
      };
    default:
      return { ...object, metadata };
  }
}

function renameValues(labels: Labels, names: ReadonlySet<string>, suffix: string): Labels {
  const keys = Object.keys(labels);
  if (!keys.some((key) => names.has(labels[key] as string))) return labels;
  const renamed = Object.create(null) as Record<string, string>;
  for (const key of keys) {
    const value = labels[key] as string;
    renamed[key] = names.has(value) ? value + suffix : value;
  }
  return renamed;
}
