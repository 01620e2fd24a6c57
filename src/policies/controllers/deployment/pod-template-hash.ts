import type { PodTemplateSpec } from '../../../sim/api/pod.ts';

/** The label that tells the pods of one template from those of another. */
export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** Vowels and what looks like them are left out, so that no words come about. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const texts = new WeakMap<PodTemplateSpec, string>();

/**
 * Whether two templates ask for the same pods. The hash label is left aside: it is what the controller adds.
 */
export function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return a === b || templateText(a) === templateText(b);
}

/** The template as a Deployment would have it. */
export function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const labels = { ...template.metadata.labels };
  delete labels[POD_TEMPLATE_HASH];
  return { metadata: { labels, annotations: template.metadata.annotations }, spec: template.spec };
}

/**
 * The name that a template gives its ReplicaSet and its pods: FNV-1a (32 bits) over the template's text, then over the
 * number of collisions, then spelt in a safe alphabet (kubernetes-behaviour.md 3.2). The text is ours, so the letters
 * are not those of a real cluster; equal templates have equal hashes.
 */
export function podTemplateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  let hash = FNV_OFFSET;
  const text = templateText(template);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = fnvByte(hash, unit & 0xff);
    if (unit > 0xff) hash = fnvByte(hash, unit >>> 8);
  }
  if (collisionCount !== undefined) {
    let rest = collisionCount;
    for (let i = 0; i < 8; i++) {
      hash = fnvByte(hash, rest % 256);
      rest = Math.floor(rest / 256);
    }
  }
  let spelt = '';
  for (const digit of String(hash >>> 0)) spelt += ALPHABET[digit.charCodeAt(0) % ALPHABET.length]!;
  return spelt;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function fnvByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, FNV_PRIME);
}

function templateText(template: PodTemplateSpec): string {
  let text = texts.get(template);
  if (text === undefined) {
    text = canonicalText(withoutHash(template));
    texts.set(template, text);
  }
  return text;
}

/** Maps in Kubernetes' types: an empty one says the same as none. */
const MAPS: ReadonlySet<string> = new Set([
  'annotations',
  'labels',
  'limits',
  'matchLabels',
  'nodeSelector',
  'overhead',
  'requests',
]);

/** JSON with sorted keys, without what says nothing: undefined members, empty lists, empty maps. */
function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const members: string[] = [];
  const object = value as Record<string, unknown>;
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member === undefined || saysNothing(key, member)) continue;
    members.push(`${JSON.stringify(key)}:${canonicalText(member)}`);
  }
  return `{${members.join(',')}}`;
}

function saysNothing(key: string, member: unknown): boolean {
  if (Array.isArray(member)) return member.length === 0;
  return MAPS.has(key) && typeof member === 'object' && member !== null && Object.keys(member).length === 0;
}
