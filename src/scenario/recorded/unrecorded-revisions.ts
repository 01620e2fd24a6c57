import type { ControllerRevision } from '../../sim/api/controller-revision.ts';
import type { DaemonSet } from '../../sim/api/daemon-set.ts';
import type { ApiObject } from '../../sim/api/kinds.ts';
import type { Pod } from '../../sim/api/pod.ts';
import type { StatefulSet } from '../../sim/api/stateful-set.ts';
import { runsTemplate, templateWithImagesOf } from './runs-template.ts';

/** On pods of a StatefulSet the name of their revision; on those of a DaemonSet the end of it. */
const REVISION_LABEL = 'controller-revision-hash';

/** The revisions that the pods of recorded StatefulSets and DaemonSets are of, where the sets' own are not recorded. */
export function unrecordedRevisions(recorded: readonly ApiObject[]): ControllerRevision[] {
  const podsOf = new Map<string, Pod[]>();
  const withHistory = new Set<string>();
  for (const object of recorded) {
    const owner = object.metadata.ownerReferences.find(({ controller }) => controller === true);
    if (owner === undefined) continue;
    if (object.kind === 'ControllerRevision') withHistory.add(owner.uid);
    if (object.kind !== 'Pod') continue;
    const pods = podsOf.get(owner.uid);
    if (pods === undefined) podsOf.set(owner.uid, [object]);
    else pods.push(object);
  }
  return recorded.flatMap((object) => {
    if (object.kind !== 'StatefulSet' && object.kind !== 'DaemonSet') return [];
    if (withHistory.has(object.metadata.uid)) return [];
    return revisionsOf(object, podsOf.get(object.metadata.uid) ?? []);
  });
}

/** The revision of today's template is the newest. */
function revisionsOf(set: StatefulSet | DaemonSet, pods: readonly Pod[]): ControllerRevision[] {
  const samples = new Map<string, Pod>();
  for (const pod of pods) {
    const hash = pod.metadata.labels[REVISION_LABEL];
    if (hash !== undefined && !samples.has(hash)) samples.set(hash, pod);
  }
  const isCurrent = (pod: Pod): boolean => runsTemplate(pod, set.spec.template);
  return [...samples]
    .sort(([, a], [, b]) => Number(isCurrent(a)) - Number(isCurrent(b)))
    .map(([hash, pod], index) => revision(set, hash, pod, isCurrent(pod), index + 1));
}

function revision(
  set: StatefulSet | DaemonSet,
  hash: string,
  pod: Pod,
  isCurrent: boolean,
  number: number,
): ControllerRevision {
  const { kind, metadata } = set;
  const { metadata: labelled, spec } = isCurrent ? set.spec.template : templateWithImagesOf(pod, set.spec.template);
  return {
    kind: 'ControllerRevision',
    metadata: {
      ...metadata,
      name: hash.startsWith(`${metadata.name}-`) ? hash : `${metadata.name}-${hash}`,
      uid: `${metadata.uid}-${hash}`,
      generation: 1,
      labels: { ...labelled.labels, [REVISION_LABEL]: hash },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind,
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      finalizers: [],
      managedFields: undefined,
    },
    data: { spec: { template: { $patch: 'replace', metadata: labelled, spec } } },
    revision: number,
  };
}
