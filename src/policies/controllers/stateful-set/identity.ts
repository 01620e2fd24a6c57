import { deepFreeze } from '../../../sim/api/freeze.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import { newObjectMeta } from '../../../sim/api/new-object-meta.ts';
import type { Pod, PodSpec, PodTemplateSpec, Volume } from '../../../sim/api/pod.ts';
import type { StatefulSet } from '../../../sim/api/stateful-set.ts';
import { REVISION_LABEL } from '../history/revisions.ts';
import { controllerReference } from '../ownership.ts';
import { claimName } from './claim-names.ts';

const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`;
}

export function firstOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0;
}

/** Whether a pod of this ordinal belongs to the set as it is now. */
export function isInRange(set: StatefulSet, ordinal: number): boolean {
  const first = firstOrdinal(set);
  return ordinal >= first && ordinal < first + set.spec.replicas;
}

const NAME = /^(.*)-([0-9]+)$/;

/** The number at the end of a pod's name; `undefined` when the name is not one that this set gives. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const { name } = pod.metadata;
  const [, parent, digits] = NAME.exec(name) ?? [];
  if (parent !== set.metadata.name || digits === undefined) return undefined;
  const ordinal = Number(digits);
  return ordinal <= 0x7fffffff ? ordinal : undefined;
}

export function revisionOf(pod: Pod): string {
  return pod.metadata.labels[REVISION_LABEL] ?? '';
}

/** What is particular to one ordinal of one revision: a pod that comes back has the very same objects. */
interface Particulars {
  readonly labels: Labels;
  readonly spec: PodSpec;
}

const particulars = new WeakMap<PodTemplateSpec, Map<string, Particulars>>();

/** A pod of the set that is about to be created. */
export function newPod(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Pod {
  const { labels, spec } = particularsOf(set, template, revision, ordinal);
  return {
    kind: 'Pod',
    metadata: newObjectMeta({
      namespace: set.metadata.namespace,
      name: podName(set, ordinal),
      labels,
      annotations: template.metadata.annotations,
      ownerReferences: [controllerReference(set)],
    }),
    spec,
    status: { phase: 'Pending', conditions: [] },
  };
}

function particularsOf(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Particulars {
  let known = particulars.get(template);
  if (known === undefined) particulars.set(template, (known = new Map()));
  const key = `${set.metadata.uid} ${revision} ${ordinal}`;
  let found = known.get(key);
  if (found === undefined) {
    found = deepFreeze({
      labels: { ...template.metadata.labels, ...identityLabels(set, ordinal), [REVISION_LABEL]: revision },
      spec: {
        ...template.spec,
        hostname: podName(set, ordinal),
        ...(set.spec.serviceName === '' ? {} : { subdomain: set.spec.serviceName }),
        ...volumesOf(set, template.spec, ordinal),
      },
    });
    known.set(key, found);
  }
  return found;
}

function identityLabels(set: StatefulSet, ordinal: number): Record<string, string> {
  return { [POD_NAME]: podName(set, ordinal), [POD_INDEX]: String(ordinal) };
}

/** A volume of the name of a claim template is the claim, whatever else the pod template says of it. */
function volumesOf(set: StatefulSet, spec: PodSpec, ordinal: number): { readonly volumes?: readonly Volume[] } {
  const templates = set.spec.volumeClaimTemplates ?? [];
  if (templates.length === 0) return {};
  const names = new Set(templates.map(({ metadata }) => metadata.name));
  const claims = templates.map(({ metadata }): Volume => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: claimName(set, metadata.name, ordinal), readOnly: false },
  }));
  return { volumes: [...claims, ...(spec.volumes ?? []).filter(({ name }) => !names.has(name))] };
}

export function hasIdentity(set: StatefulSet, pod: Pod): boolean {
  return ordinalOf(set, pod) !== undefined && pod.metadata.labels[POD_NAME] === pod.metadata.name;
}

export function hasItsClaims(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(set, pod);
  if (ordinal === undefined) return false;
  const volumes = pod.spec.volumes ?? [];
  return (set.spec.volumeClaimTemplates ?? []).every(({ metadata }) => {
    const volume = volumes.find(({ name }) => name === metadata.name);
    return volume?.persistentVolumeClaim?.claimName === claimName(set, metadata.name, ordinal);
  });
}

/** The pod with the labels and volumes that its ordinal has in this set. */
export function withIdentity(set: StatefulSet, pod: Pod, ordinal: number): Pod {
  const labels = { ...pod.metadata.labels, ...identityLabels(set, ordinal) };
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: { ...pod.spec, ...volumesOf(set, pod.spec, ordinal) },
  };
}
