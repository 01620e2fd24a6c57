import { COMPLETION_INDEX_ANNOTATION, JOB_TRACKING_FINALIZER, type Job } from '../../../sim/api/batch.ts';
import { deepFreeze } from '../../../sim/api/freeze.ts';
import type { Container, EnvVar, Pod, PodSpec } from '../../../sim/api/pod.ts';
import type { OwnerReference } from '../../../sim/api/meta.ts';
import { newObjectMeta } from '../../../sim/api/new-object-meta.ts';
import { failureCountAnnotations, limitsEachIndex } from './indexes.ts';

const FINALIZERS = Object.freeze([JOB_TRACKING_FINALIZER]);
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

/** A pod of a Job without indexes; all of them are equal. */
export function newPod(job: Job, owners: readonly OwnerReference[]): Pod {
  const { template } = job.spec;
  return {
    kind: 'Pod',
    metadata: {
      ...newObjectMeta({
        namespace: job.metadata.namespace,
        generateName: `${job.metadata.name}-`,
        labels: template.metadata.labels,
        annotations: template.metadata.annotations,
        ownerReferences: owners,
      }),
      finalizers: FINALIZERS,
    },
    spec: template.spec,
    status: { phase: 'Pending', conditions: [] },
  };
}

/** The pod for one index; `failed` is the one it stands in for. */
export function newIndexedPod(
  job: Job,
  owners: readonly OwnerReference[],
  index: number,
  failed: Pod | undefined,
): Pod {
  const pod = newPod(job, owners);
  const mark = { [COMPLETION_INDEX_ANNOTATION]: String(index) };
  const counts = limitsEachIndex(job) ? failureCountAnnotations(job, failed) : {};
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: `${job.metadata.name}-${index}-`,
      labels: { ...pod.metadata.labels, ...mark },
      annotations: { ...pod.metadata.annotations, ...mark, ...counts },
    },
    spec: { ...withIndexVariable(job.spec.template.spec), hostname: `${job.metadata.name}-${index}` },
  };
}

const told = new WeakMap<PodSpec, PodSpec>();

/** Every container is told its index by an environment variable; once a template. */
function withIndexVariable(spec: PodSpec): PodSpec {
  let result = told.get(spec);
  if (result === undefined) {
    const variable: EnvVar = {
      name: INDEX_VARIABLE,
      valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${COMPLETION_INDEX_ANNOTATION}']` } },
    };
    const tell = (container: Container): Container => {
      const { env = [] } = container;
      return env.some(({ name }) => name === INDEX_VARIABLE) ? container : { ...container, env: [...env, variable] };
    };
    const { containers, initContainers } = spec;
    result = deepFreeze({
      ...spec,
      containers: containers.map(tell),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(tell) }),
    });
    told.set(spec, result);
  }
  return result;
}
