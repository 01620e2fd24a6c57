import { labelsText } from '../selector-cells.ts';
import { writeConditions } from './conditions.ts';
import type { Description } from './description.ts';
import { controllerOf, selectorOf, writeController, writeLabels, writeMap, writeName } from './name-lines.ts';
import { writePodTemplate } from './pod-template.ts';
import type { Describer, Scene } from './scene.ts';
import { bracketed, count, date, has, part, parts, text, textMap, texts, type Wire } from './wire.ts';

export const describeDeployment: Describer = (deployment, out, scene) => {
  writeName(deployment, out);
  out.line(0, 'CreationTimestamp:', date(deployment, 'metadata.creationTimestamp'));
  writeLabels(deployment, out);
  out.line(0, 'Selector:', selectorOf(deployment, 'spec.selector'));
  const counts = ['updatedReplicas', 'replicas', 'availableReplicas', 'unavailableReplicas'].map((member) =>
    count(deployment, `status.${member}`),
  );
  const [updated, total, available, unavailable] = counts;
  out.line(
    0,
    'Replicas:',
    `${count(deployment, 'spec.replicas')} desired | ${updated} updated | ${total} total | ` +
      `${available} available | ${unavailable} unavailable`,
  );
  out.line(0, 'StrategyType:', text(deployment, 'spec.strategy.type'));
  out.line(0, 'MinReadySeconds:', count(deployment, 'spec.minReadySeconds'));
  if (has(deployment, 'spec.strategy.rollingUpdate')) {
    const { maxUnavailable, maxSurge } = part(deployment, 'spec.strategy.rollingUpdate');
    out.line(0, 'RollingUpdateStrategy:', `${String(maxUnavailable)} max unavailable, ${String(maxSurge)} max surge`);
  }
  writePodTemplate(part(deployment, 'spec.template'), out);
  writeConditions(deployment, out);
  const sets = scene.all('ReplicaSet').filter((set) => controllerOf(set)?.['uid'] === uidOf(deployment));
  if (sets.length === 0) return;
  const revision = textMap(deployment, 'metadata.annotations')[REVISION];
  const isNew = (set: Wire): boolean => textMap(set, 'metadata.annotations')[REVISION] === revision;
  out.line(0, 'OldReplicaSets:', replicaSetsText(sets.filter((set) => !isNew(set))));
  out.line(0, 'NewReplicaSet:', replicaSetsText(sets.filter(isNew)));
};

const REVISION = 'deployment.kubernetes.io/revision';

function replicaSetsText(sets: readonly Wire[]): string {
  const inOrder = [...sets].sort((a, b) => (bornBefore(a, b) ? -1 : 1));
  const all = inOrder.map(
    (set) =>
      `${text(set, 'metadata.name')} (${count(set, 'status.replicas')}/${count(set, 'spec.replicas')} replicas created)`,
  );
  return all.length === 0 ? '<none>' : all.join(', ');
}

function bornBefore(a: Wire, b: Wire): boolean {
  const [first, second] = [a, b].map(
    (set) => `${text(set, 'metadata.creationTimestamp')} ${text(set, 'metadata.name')}`,
  );
  return first! < second!;
}

export const describeReplicaSet: Describer = (set, out, scene) => {
  writeName(set, out);
  out.line(0, 'Selector:', selectorOf(set, 'spec.selector'));
  writeLabels(set, out);
  writeController(set, out);
  writeReplicas(set, out, scene);
};

export const describeReplicationController: Describer = (controller, out, scene) => {
  writeName(controller, out);
  out.line(0, 'Selector:', labelsText(textMap(controller, 'spec.selector')));
  writeLabels(controller, out);
  writeReplicas(controller, out, scene);
};

function writeReplicas(set: Wire, out: Description, scene: Scene): void {
  out.line(0, 'Replicas:', `${count(set, 'status.replicas')} current / ${count(set, 'spec.replicas')} desired`);
  out.line(0, 'Pods Status:', podsText(set, scene));
  writePodTemplate(part(set, 'spec.template'), out);
  writeConditions(set, out);
}

export const describeStatefulSet: Describer = (set, out, scene) => {
  writeName(set, out);
  out.line(0, 'CreationTimestamp:', date(set, 'metadata.creationTimestamp'));
  out.line(0, 'Selector:', selectorOf(set, 'spec.selector'));
  writeLabels(set, out);
  out.line(0, 'Replicas:', `${count(set, 'spec.replicas')} desired | ${count(set, 'status.replicas')} total`);
  out.line(0, 'Update Strategy:', text(set, 'spec.updateStrategy.type'));
  const rolling = part(set, 'spec.updateStrategy.rollingUpdate');
  if (has(rolling, 'partition')) out.line(1, 'Partition:', count(rolling, 'partition'));
  if (has(rolling, 'maxUnavailable')) out.line(1, 'MaxUnavailable:', text(rolling, 'maxUnavailable'));
  out.line(0, 'Pods Status:', podsText(set, scene));
  writePodTemplate(part(set, 'spec.template'), out);
  const claims = parts(set, 'spec.volumeClaimTemplates');
  if (claims.length === 0) return out.line(0, 'Volume Claims:', '<none>');
  out.line(0, 'Volume Claims:');
  for (const claim of claims) {
    out.line(1, 'Name:', text(claim, 'metadata.name'));
    out.line(1, 'StorageClass:', text(claim, 'spec.storageClassName'));
    writeMap('Labels', textMap(claim, 'metadata.labels'), out, '  ');
    writeMap('Annotations', textMap(claim, 'metadata.annotations'), out, '  ');
    out.line(1, 'Capacity:', text(claim, 'spec.resources.requests.storage') || '<default>');
    out.line(1, 'Access Modes:', bracketed(texts(claim, 'spec.accessModes')));
  }
};

export const describeDaemonSet: Describer = (set, out, scene) => {
  writeName(set, out);
  out.line(0, 'Selector:', selectorOf(set, 'spec.selector'));
  out.line(0, 'Node-Selector:', labelsText(textMap(set, 'spec.template.spec.nodeSelector')));
  writeLabels(set, out);
  for (const [title, member] of NODES) out.line(0, `${title}: ${count(set, `status.${member}`)}`);
  out.line(0, 'Pods Status:', podsText(set, scene));
  writePodTemplate(part(set, 'spec.template'), out);
};

const NODES = [
  ['Desired Number of Nodes Scheduled', 'desiredNumberScheduled'],
  ['Current Number of Nodes Scheduled', 'currentNumberScheduled'],
  ['Number of Nodes Scheduled with Up-to-date Pods', 'updatedNumberScheduled'],
  ['Number of Nodes Scheduled with Available Pods', 'numberAvailable'],
  ['Number of Nodes Misscheduled', 'numberMisscheduled'],
] as const;

/** The pods that it owns, by what they are up to. */
function podsText(owner: Wire, scene: Scene): string {
  const phases = scene
    .all('Pod')
    .filter((pod) => controllerOf(pod)?.['uid'] === uidOf(owner))
    .map((pod) => text(pod, 'status.phase'));
  const of = (phase: string): number => phases.filter((one) => one === phase).length;
  return `${of('Running')} Running / ${of('Pending')} Waiting / ${of('Succeeded')} Succeeded / ${of('Failed')} Failed`;
}

function uidOf(object: Wire): string {
  return text(object, 'metadata.uid');
}
