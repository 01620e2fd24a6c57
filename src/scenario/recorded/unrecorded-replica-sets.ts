import type { ApiObject } from '../../sim/api/kinds.ts';
import { compileLabelSelector } from '../../sim/api/label-selector.ts';
import type { OwnerReference } from '../../sim/api/meta.ts';
import type { Pod } from '../../sim/api/pod.ts';
import type { Deployment, ReplicaSet } from '../../sim/api/workloads.ts';
import { runsTemplate, templateWithImagesOf } from './runs-template.ts';

const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

/** The ReplicaSets that recorded pods name as their controllers, and that stand under a recorded Deployment. */
export function unrecordedReplicaSets(recorded: readonly ApiObject[]): ReplicaSet[] {
  const known = new Set(recorded.map(({ metadata }) => metadata.uid));
  const families = new Map<string, { readonly owner: OwnerReference; readonly pods: Pod[] }>();
  for (const object of recorded) {
    if (object.kind !== 'Pod') continue;
    const owner = object.metadata.ownerReferences.find(({ controller }) => controller === true);
    if (owner?.kind !== 'ReplicaSet' || known.has(owner.uid)) continue;
    const family = families.get(owner.uid);
    if (family === undefined) families.set(owner.uid, { owner, pods: [object] });
    else family.pods.push(object);
  }
  const deployments = recorded.filter((object) => object.kind === 'Deployment');
  return [...families.values()].flatMap(({ owner, pods }) => {
    const deployment = deployments.find((each) => isMadeBy(each, owner, pods[0]!));
    return deployment === undefined ? [] : [replicaSet(deployment, owner, pods)];
  });
}

function isMadeBy(deployment: Deployment, owner: OwnerReference, { metadata }: Pod): boolean {
  const { name, namespace } = deployment.metadata;
  return (
    namespace === metadata.namespace &&
    owner.name.startsWith(`${name}-`) &&
    compileLabelSelector(deployment.spec.selector)(metadata.labels)
  );
}

/** As many pods as it is seen to have are wanted of it; those on their way out do not count. */
function replicaSet(deployment: Deployment, owner: OwnerReference, pods: readonly Pod[]): ReplicaSet {
  const { metadata, spec } = deployment;
  const [first] = pods as readonly [Pod, ...Pod[]];
  const hash = first.metadata.labels[HASH] ?? owner.name.slice(metadata.name.length + 1);
  const isCurrent = runsTemplate(first, spec.template);
  const template = isCurrent ? spec.template : templateWithImagesOf(first, spec.template);
  const revision = Number(metadata.annotations[REVISION] ?? 1) - (isCurrent ? 0 : 1);
  const staying = pods.filter(({ metadata: { deletionTimestamp } }) => deletionTimestamp === undefined);
  const replicas = staying.length;
  const ready = staying.filter(isReady).length;
  const labels = { ...template.metadata.labels, [HASH]: hash };
  return {
    kind: 'ReplicaSet',
    metadata: {
      ...metadata,
      name: owner.name,
      uid: owner.uid,
      generation: 1,
      creationTimestamp: Math.min(...pods.map((pod) => pod.metadata.creationTimestamp)),
      labels,
      annotations: { ...metadata.annotations, [REVISION]: String(Math.max(1, revision)) },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      finalizers: [],
      managedFields: undefined,
    },
    spec: {
      replicas,
      selector: {
        ...spec.selector,
        matchLabels: { ...spec.selector.matchLabels, [HASH]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
      minReadySeconds: spec.minReadySeconds,
    },
    status: {
      observedGeneration: 1,
      replicas,
      fullyLabeledReplicas: replicas,
      readyReplicas: ready,
      availableReplicas: ready,
      terminatingReplicas: 0,
      conditions: [],
    },
  };
}

function isReady({ status }: Pod): boolean {
  return status.conditions.some(({ type, status: state }) => type === 'Ready' && state === 'True');
}
