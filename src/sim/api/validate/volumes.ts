import { dnsLabelProblems } from '../names.ts';
import type { Volume, VolumeFiles } from '../pod.ts';
import { quantityOf } from '../quantity.ts';
import type { PersistentVolumeClaim } from '../storage.ts';
import type { Checker } from './checker.ts';
import { checkClaimSpec } from './storage.ts';
import { sourcesOf } from './volume-sources.ts';

const MODE_RULE = 'must be a number between 0 and 0777 (octal), both inclusive';

function checkFiles(source: VolumeFiles, at: Checker): void {
  const isMode = (mode: number): boolean => mode >= 0 && mode <= 0o777;
  if (source.defaultMode !== undefined && !isMode(source.defaultMode)) {
    at.at('defaultMode').invalid(source.defaultMode, MODE_RULE);
  }
  (source.items ?? []).forEach((item, index) => {
    const here = at.at('items', index);
    if (item.path.startsWith('/')) here.at('path').invalid(item.path, 'must be a relative path');
    if (item.path.split('/').includes('..')) here.at('path').invalid(item.path, "must not contain '..'");
    if (item.mode !== undefined && !isMode(item.mode)) here.at('mode').invalid(item.mode, MODE_RULE);
  });
}

function checkSource(volume: Volume, at: Checker): void {
  const { secret, configMap, emptyDir, ephemeral } = volume;
  const [first, ...more] = sourcesOf(volume, ['name']);
  if (first === undefined) at.required('must specify a volume type');
  for (const source of more) at.at(source).forbidden('may not specify more than 1 volume type');
  if (secret !== undefined) {
    if (secret.secretName === undefined) at.at('secret', 'secretName').required();
    checkFiles(secret, at.at('secret'));
  }
  if (configMap !== undefined) {
    if (configMap.name === undefined) at.at('configMap', 'name').required();
    checkFiles(configMap, at.at('configMap'));
  }
  if (emptyDir?.sizeLimit !== undefined && quantityOf(emptyDir.sizeLimit).nano < 0n) {
    at.at('emptyDir', 'sizeLimit').forbidden('SizeLimit field must be a valid resource quantity');
  }
  if (ephemeral !== undefined) {
    const template = ephemeral.volumeClaimTemplate;
    const here = at.at('ephemeral', 'volumeClaimTemplate');
    if (template === undefined) here.required();
    else checkClaimSpec((template.spec ?? {}) as PersistentVolumeClaim['spec'], here.at('spec'));
  }
}

/** Checks the volumes of a pod and returns the names under which containers can mount them. */
export function checkVolumes(volumes: readonly Volume[], at: Checker): Set<string> {
  const names = new Set<string>();
  volumes.forEach((volume, index) => {
    const here = at.at(index);
    checkSource(volume, here);
    if (volume.name === '') here.at('name').required();
    else here.at('name').invalidFor(volume.name, dnsLabelProblems(volume.name));
    if (names.has(volume.name)) here.at('name').duplicate(volume.name);
    names.add(volume.name);
  });
  return names;
}
