import { age } from '../age.ts';
import { labelsText } from '../selector-cells.ts';
import type { Description } from './description.ts';
import { writeLabels, writeList, writeName } from './name-lines.ts';
import type { Describer } from './scene.ts';
import { bracketed, date, has, moment, parts, text, textMap, texts, type Wire } from './wire.ts';
import { writeSource } from './volumes.ts';

const ACCESS_MODES = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

function accessModes(modes: readonly string[]): string {
  return ACCESS_MODES.filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

function writeStatus(object: Wire, out: Description, now: number): void {
  const deletion = moment(object, 'metadata.deletionTimestamp');
  out.line(
    0,
    'Status:',
    deletion === undefined ? text(object, 'status.phase') : `Terminating (lasts ${age(deletion, now)})`,
  );
}

export const describeClaim: Describer = (claim, out, { now, all }) => {
  writeName(claim, out);
  out.line(0, 'StorageClass:', text(claim, 'spec.storageClassName'));
  writeStatus(claim, out, now);
  const volumeName = text(claim, 'spec.volumeName');
  out.line(0, 'Volume:', volumeName);
  writeLabels(claim, out);
  out.line(0, 'Finalizers:', bracketed(texts(claim, 'metadata.finalizers')));
  out.line(0, 'Capacity:', volumeName === '' ? '' : text(claim, 'status.capacity.storage') || '0');
  out.line(0, 'Access Modes:', volumeName === '' ? '' : accessModes(texts(claim, 'status.accessModes')));
  if (has(claim, 'spec.volumeMode')) out.line(0, 'VolumeMode:', text(claim, 'spec.volumeMode'));
  if (has(claim, 'spec.dataSource')) {
    out.line(0, 'DataSource:');
    if (has(claim, 'spec.dataSource.apiGroup')) out.line(1, 'APIGroup:', text(claim, 'spec.dataSource.apiGroup'));
    out.line(1, 'Kind:', text(claim, 'spec.dataSource.kind'));
    out.line(1, 'Name:', text(claim, 'spec.dataSource.name'));
  }
  const uses = (pod: Wire): boolean =>
    text(pod, 'metadata.namespace') === text(claim, 'metadata.namespace') &&
    parts(pod, 'spec.volumes').some(
      (volume) => text(volume, 'persistentVolumeClaim.claimName') === text(claim, 'metadata.name'),
    );
  writeList(
    'Used By',
    all('Pod')
      .filter(uses)
      .map((pod) => text(pod, 'metadata.name')),
    out,
  );
  const conditions = parts(claim, 'status.conditions');
  if (conditions.length === 0) return;
  out.line(0, 'Conditions:');
  out.line(1, 'Type', 'Status', 'LastProbeTime', 'LastTransitionTime', 'Reason', 'Message');
  out.line(1, '----', '------', '-----------------', '------------------', '------', '-------');
  for (const one of conditions) {
    const times = [date(one, 'lastProbeTime'), date(one, 'lastTransitionTime')];
    const cells = [text(one, 'type'), text(one, 'status'), ...times, text(one, 'reason')].map((cell) => `${cell} `);
    out.line(1, ...cells, text(one, 'message'));
  }
};

export const describeVolume: Describer = (volume, out, { now }) => {
  out.line(0, 'Name:', text(volume, 'metadata.name'));
  writeLabels(volume, out);
  out.line(0, 'Finalizers:', bracketed(texts(volume, 'metadata.finalizers')));
  out.line(0, 'StorageClass:', text(volume, 'spec.storageClassName'));
  writeStatus(volume, out, now);
  const claim = ['namespace', 'name'].map((member) => text(volume, `spec.claimRef.${member}`)).join('/');
  out.line(0, 'Claim:', has(volume, 'spec.claimRef') ? claim : '');
  out.line(0, 'Reclaim Policy:', text(volume, 'spec.persistentVolumeReclaimPolicy'));
  out.line(0, 'Access Modes:', accessModes(texts(volume, 'spec.accessModes')));
  if (has(volume, 'spec.volumeMode')) out.line(0, 'VolumeMode:', text(volume, 'spec.volumeMode'));
  out.line(0, 'Capacity:', text(volume, 'spec.capacity.storage') || '0');
  const terms = parts(volume, 'spec.nodeAffinity.required.nodeSelectorTerms');
  if (!has(volume, 'spec.nodeAffinity.required')) out.line(0, 'Node Affinity:', '<none>');
  else {
    out.line(0, 'Node Affinity:', '');
    out.line(1, 'Required Terms:', terms.length === 0 ? '<none>' : '');
    terms.forEach((term, i) => writeTerm(`Term ${i}`, parts(term, 'matchExpressions'), out));
  }
  out.line(0, 'Message:', text(volume, 'status.message'));
  out.line(0, 'Source:');
  writeSource(volume['spec'] as Wire, out);
};

function writeTerm(title: string, requirements: readonly Wire[], out: Description): void {
  if (requirements.length === 0) return out.line(2, `${title}:`, '<none>');
  requirements.forEach((one, i) => {
    const values = texts(one, 'values');
    const list = values.length === 0 ? '' : ` [${values.join(', ')}]`;
    out.line(2, i === 0 ? `${title}:` : '', `${text(one, 'key')} ${text(one, 'operator').toLowerCase()}${list}`);
  });
}

export const describeStorageClass: Describer = (storageClass, out) => {
  const annotations = textMap(storageClass, 'metadata.annotations');
  const isDefault = ['storageclass', 'storageclass.beta'].some(
    (group) => annotations[`${group}.kubernetes.io/is-default-class`] === 'true',
  );
  out.line(0, 'Name:', text(storageClass, 'metadata.name'));
  out.line(0, 'IsDefaultClass:', isDefault ? 'Yes' : 'No');
  out.line(0, 'Annotations:', labelsText(annotations));
  out.line(0, 'Provisioner:', text(storageClass, 'provisioner'));
  out.line(0, 'Parameters:', labelsText(textMap(storageClass, 'parameters')));
  const expands = text(storageClass, 'allowVolumeExpansion');
  out.line(0, 'AllowVolumeExpansion:', expands === '' ? '<unset>' : expands === 'true' ? 'True' : 'False');
  const options = texts(storageClass, 'mountOptions');
  out.line(0, ...(options.length === 0 ? ['MountOptions:', '<none>'] : ['MountOptions:']));
  for (const option of options) out.line(1, option);
  if (has(storageClass, 'reclaimPolicy')) out.line(0, 'ReclaimPolicy:', text(storageClass, 'reclaimPolicy'));
  if (has(storageClass, 'volumeBindingMode'))
    out.line(0, 'VolumeBindingMode:', text(storageClass, 'volumeBindingMode'));
  if (!has(storageClass, 'allowedTopologies')) return;
  const terms = parts(storageClass, 'allowedTopologies');
  out.line(0, 'AllowedTopologies:', terms.length === 0 ? '<none>' : '');
  terms.forEach((term, i) => {
    const expressions = parts(term, 'matchLabelExpressions').map(
      (one) => `${text(one, 'key')} in [${texts(one, 'values').join(', ')}]`,
    );
    (expressions.length === 0 ? ['<none>'] : expressions).forEach((line, k) =>
      out.line(1, k === 0 ? `Term ${i}:` : '', line),
    );
  });
};
