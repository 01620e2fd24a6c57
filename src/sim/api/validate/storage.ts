import { dnsSubdomainProblems, labelKeyProblems } from '../names.ts';
import { quantityOf } from '../quantity.ts';
import type {
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../storage.ts';
import type { Checker } from './checker.ts';
import { checkLabelSelector } from './labels.ts';
import { checkAmount } from './resources.ts';
import { checkNodeSelector } from './scheduling.ts';
import { sourcesOf } from './volume-sources.ts';

const ALONE = 'ReadWriteOncePod';

function checkAccessModes(modes: readonly string[], detail: string, at: Checker): void {
  if (modes.length === 0) at.required(detail);
  if (modes.includes(ALONE) && modes.some((mode) => mode !== ALONE)) {
    at.forbidden('may not use ReadWriteOncePod with other access modes');
  }
}

/** An amount that must be more than nothing. */
function checkPositive(text: string, at: Checker): boolean {
  if (quantityOf(text).nano > 0n) return true;
  at.invalid(text, 'must be greater than zero');
  return false;
}

function checkUnique(values: readonly string[], at: Checker): void {
  const seen = new Set<string>();
  values.forEach((value, index) => {
    if (seen.has(value)) at.at(index).duplicate(value);
    seen.add(value);
  });
}

function checkClass(name: string | undefined, at: Checker): void {
  if (name !== undefined && name !== '') at.invalidFor(name, dnsSubdomainProblems(name));
}

export function checkClaimSpec(spec: PersistentVolumeClaim['spec'], at: Checker): void {
  checkAccessModes(spec.accessModes ?? [], 'at least 1 access mode is required', at.at('accessModes'));
  checkLabelSelector(spec.selector, at.at('selector'));
  const storage = spec.resources?.requests?.['storage'];
  const here = at.at('resources', 'requests', 'storage');
  if (storage === undefined) here.required();
  else if (checkPositive(storage, here)) checkAmount('storage', storage, here);
  checkClass(spec.storageClassName, at.at('storageClassName'));
}

/** What of a PersistentVolume's spec is no source. */
const PLAIN_MEMBERS = [
  'capacity',
  'accessModes',
  'claimRef',
  'storageClassName',
  'volumeMode',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'mountOptions',
  'volumeAttributesClassName',
];

export function checkVolume(volume: PersistentVolume, at: Checker): void {
  const { spec } = volume;
  checkAccessModes(spec.accessModes ?? [], '', at.at('accessModes'));
  const capacity = spec.capacity ?? {};
  const names = Object.keys(capacity);
  const storage = capacity['storage'];
  if (names.length === 0) at.at('capacity').required();
  if (storage === undefined || names.length > 1) at.at('capacity').unsupported(spec.capacity ?? null, ['storage']);
  if (storage !== undefined && checkPositive(storage, at.at('capacity', 'storage'))) {
    checkAmount('storage', storage, at.at('capacity', 'storage'));
  }
  const required = spec.nodeAffinity?.required;
  if (required !== undefined) checkNodeSelector(required, true, at.at('nodeAffinity', 'required'));
  else if (spec.nodeAffinity !== undefined) {
    at.at('nodeAffinity', 'required').required('must specify required node constraints');
  }
  const [first, ...more] = sourcesOf(spec, PLAIN_MEMBERS);
  if (first === undefined) at.required('must specify a volume type');
  for (const source of more) at.at(source).forbidden('may not specify more than 1 volume type');
  if (spec['local'] !== undefined && spec.nodeAffinity === undefined) {
    at.at('nodeAffinity').required('Local volume requires node affinity');
  }
  if (spec.csi !== undefined) checkDriverName(spec.csi.driver, at.at('csi', 'driver'));
  checkClass(spec.storageClassName, at.at('storageClassName'));
}

export function checkStorageClass(storageClass: StorageClass, at: Checker): void {
  const { provisioner } = storageClass;
  if (provisioner === '') at.at('provisioner').required();
  else at.at('provisioner').invalidFor(provisioner, labelKeyProblems(provisioner.toLowerCase()));
  const seen = new Set<string>();
  (storageClass.allowedTopologies ?? []).forEach((term, index) => {
    const keys = new Set<string>();
    const text = JSON.stringify(term);
    if (seen.has(text)) at.at('allowedTopologies', index, 'matchLabelExpressions').duplicate('');
    seen.add(text);
    (term.matchLabelExpressions ?? []).forEach(({ key, values }, position) => {
      const here = at.at('allowedTopologies', index, 'matchLabelExpressions', position);
      if (values.length === 0) here.at('values').required();
      checkUnique(values, here.at('values'));
      here.at('key').invalidFor(key, labelKeyProblems(key));
      if (keys.has(key)) here.at('key').duplicate(key);
      keys.add(key);
    });
  });
}

/** Names of CSI drivers are DNS names, capitals allowed. */
function checkDriverName(name: string, at: Checker): void {
  if (name === '') return at.required();
  if (name.length > 63) at.tooLong(63);
  at.invalidFor(name, dnsSubdomainProblems(name.toLowerCase()));
}

export function checkCsiNode(node: CSINode, at: Checker): void {
  const names = new Set<string>();
  node.spec.drivers.forEach((driver, index) => {
    const here = at.at('spec', 'drivers', index);
    checkDriverName(driver.name, here.at('name'));
    if (names.has(driver.name)) here.at('name').duplicate(driver.name);
    names.add(driver.name);
    if ((driver.nodeID ?? '') === '') here.at('nodeID').required();
    const count = driver.allocatable?.count;
    if (count !== undefined && count < 0)
      here.at('allocatable', 'count').invalid(count, 'must be greater than or equal to 0');
    const keys = driver.topologyKeys ?? [];
    keys.forEach((key, position) => {
      if (key === '') here.at('topologyKeys', position).required();
      else here.at('topologyKeys', position).invalidFor(key, labelKeyProblems(key));
    });
    checkUnique(keys, here.at('topologyKeys'));
  });
}

export function checkStorageCapacity(capacity: CSIStorageCapacity, at: Checker): void {
  if (capacity.storageClassName === '') at.at('storageClassName').required();
  else checkClass(capacity.storageClassName, at.at('storageClassName'));
  checkLabelSelector(capacity.nodeTopology, at.at('nodeTopology'));
  for (const name of ['capacity', 'maximumVolumeSize'] as const) {
    const amount = capacity[name];
    if (amount !== undefined && quantityOf(amount).nano < 0n) {
      at.at(name).invalid(amount, 'must be greater than or equal to 0');
    }
  }
}

export function checkAttachment({ spec }: VolumeAttachment, at: Checker): void {
  checkDriverName(spec.attacher, at.at('attacher'));
  if (spec.nodeName === '') at.at('nodeName').required();
  else at.at('nodeName').invalidFor(spec.nodeName, dnsSubdomainProblems(spec.nodeName));
  const { persistentVolumeName: name, inlineVolumeSpec: inline } = spec.source as {
    readonly persistentVolumeName?: string;
    readonly inlineVolumeSpec?: unknown;
  };
  const detail = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (name === undefined && inline === undefined) at.at('source').required(detail);
  if (name !== undefined && inline !== undefined) at.at('source').forbidden(detail);
  if (name !== undefined) at.at('source', 'persistentVolumeName').invalidFor(name, dnsSubdomainProblems(name));
}
