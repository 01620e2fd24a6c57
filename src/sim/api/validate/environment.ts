import { configKeyProblems, dnsSubdomainProblems, envNameProblems, labelKeyProblems } from '../names.ts';
import type { Container, EnvVar } from '../pod.ts';
import type { Checker } from './checker.ts';

const FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** Known of a pod, but nothing that a variable can hold. */
const OTHER_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
];
const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];

/** A field of the pod, e.g. `status.podIP` or `metadata.labels['a']`. */
function checkField(path: string, at: Checker): void {
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript !== null) {
    const [, list, key = ''] = subscript;
    at.invalidFor(key, labelKeyProblems(list === 'annotations' ? key.toLowerCase() : key));
  } else if (!FIELDS.includes(path)) {
    if (OTHER_FIELDS.includes(path)) at.unsupported(path, FIELDS);
    else at.invalid(path, `error converting fieldPath: field label not supported: ${path}`);
  }
}

function checkSource(variable: EnvVar, at: Checker): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = variable.valueFrom ?? {};
  if (fieldRef !== undefined) checkField(fieldRef.fieldPath, at.at('fieldRef', 'fieldPath'));
  if (resourceFieldRef !== undefined) {
    const { resource } = resourceFieldRef;
    if (!RESOURCES.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource)) {
      at.at('resourceFieldRef', 'resource').unsupported(resource, RESOURCES);
    }
  }
  for (const [name, reference] of [
    ['configMapKeyRef', configMapKeyRef],
    ['secretKeyRef', secretKeyRef],
  ] as const) {
    if (reference === undefined) continue;
    if (reference.name === undefined) at.at(name, 'name').required();
    at.at(name, 'key').invalidFor(reference.key, configKeyProblems(reference.key));
  }
  const given = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef];
  const count = given.filter((source) => source !== undefined).length;
  if (count === 0) {
    const detail =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    at.invalid('', detail);
  } else if (variable.value !== undefined) at.invalid('', 'may not be specified when `value` is not empty');
  else if (count > 1) at.invalid('', 'may not have more than one field specified at a time');
}

/** The variables of a container, where their values come from included. */
export function checkEnvironment(container: Container, at: Checker): void {
  (container.env ?? []).forEach((variable, index) => {
    const here = at.at('env', index);
    if (variable.name === '') here.at('name').required();
    else here.at('name').invalidFor(variable.name, envNameProblems(variable.name));
    if (variable.valueFrom !== undefined) checkSource(variable, here.at('valueFrom'));
  });
  (container.envFrom ?? []).forEach((source, index) => {
    const here = at.at('envFrom', index);
    if (source.prefix !== undefined) here.at('prefix').invalidFor(source.prefix, envNameProblems(source.prefix));
    const { configMapRef, secretRef } = source;
    for (const [name, reference] of [
      ['configMapRef', configMapRef],
      ['secretRef', secretRef],
    ] as const) {
      if (reference === undefined) continue;
      if (reference.name === undefined) here.at(name, 'name').required();
      else here.at(name, 'name').invalidFor(reference.name, dnsSubdomainProblems(reference.name));
    }
    if (configMapRef === undefined && secretRef === undefined) {
      here.invalid('', 'must specify one of: `configMapRef` or `secretRef`');
    } else if (configMapRef !== undefined && secretRef !== undefined) {
      here.invalid('', 'may not have more than one field specified at a time');
    }
  });
}
