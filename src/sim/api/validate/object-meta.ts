import { factsOf, type Kind } from '../kinds.ts';
import type { ObjectMeta } from '../meta.ts';
import { dnsLabelProblems, dnsSubdomainProblems, labelKeyProblems, withoutTrailingDash } from '../names.ts';
import type { Checker } from './checker.ts';
import { checkAnnotations, checkLabels } from './labels.ts';

/** Their names become part of a host's name. */
const NAMED_BY_LABEL: ReadonlySet<Kind> = new Set<Kind>(['Namespace', 'Service', 'StatefulSet']);

/** What is wrong with the name of a kind. Most take DNS subdomains. */
export function nameProblems(kind: Kind, name: string): string[] {
  // The API server asks nothing of these but that they fit into a URL.
  if (kind === 'PodDisruptionBudget') return pathSegmentProblems(name);
  return NAMED_BY_LABEL.has(kind) ? dnsLabelProblems(name) : dnsSubdomainProblems(name);
}

function pathSegmentProblems(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`);
}

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

export function checkObjectMeta(kind: Kind, metadata: ObjectMeta, at: Checker): void {
  const { name, generateName, namespace, generation } = metadata;
  if (generateName !== undefined) {
    at.at('generateName').invalidFor(generateName, nameProblems(kind, withoutTrailingDash(generateName)));
  }
  if (name !== '') at.at('name').invalidFor(name, nameProblems(kind, name));
  else if (generateName === undefined) at.at('name').required('name or generateName is required');
  if (!factsOf(kind).namespaced) {
    if (namespace !== '') at.at('namespace').forbidden('not allowed on this type');
  } else if (namespace === '') at.at('namespace').required();
  else at.at('namespace').invalidFor(namespace, dnsLabelProblems(namespace));
  if (generation < 0) at.at('generation').invalid(generation, 'must be greater than or equal to 0');
  checkLabels(metadata.labels, at.at('labels'));
  checkAnnotations(metadata.annotations, at.at('annotations'));
  checkOwners(metadata, at.at('ownerReferences'));
  metadata.finalizers.forEach((finalizer, index) => {
    at.at('finalizers', index).invalidFor(finalizer, labelKeyProblems(finalizer));
  });
  if (metadata.finalizers.includes(FOREGROUND) && metadata.finalizers.includes(ORPHAN)) {
    at.at('finalizers').invalid(metadata.finalizers, `finalizer ${ORPHAN} and ${FOREGROUND} cannot be both set`);
  }
}

function checkOwners({ ownerReferences }: ObjectMeta, at: Checker): void {
  let controller: string | undefined;
  ownerReferences.forEach((owner, index) => {
    const here = at.at(index);
    if (owner.apiVersion === '') here.at('apiVersion').invalid('', 'version must not be empty');
    if (owner.kind === '') here.at('kind').invalid('', 'must not be empty');
    if (owner.name === '') here.at('name').invalid('', 'must not be empty');
    if (owner.uid === '') here.at('uid').invalid('', 'must not be empty');
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
      here.invalid(owner, '/v1, Kind=Event is disallowed from being an owner');
    }
    if (owner.controller !== true) return;
    const name = `${owner.kind}/${owner.name}`;
    if (controller === undefined) controller = name;
    else {
      const both = `Found "true" in references for ${controller} and ${name}`;
      here.invalid(owner, `Only one reference can have Controller set to true. ${both}`);
    }
  });
}
