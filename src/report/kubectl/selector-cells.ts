import type { Labels, LabelSelector } from '../../sim/api/meta.ts';
import type { Container } from '../../sim/api/pod.ts';
import { orNone } from './column.ts';

/** `a=b,c=d`, by name. */
export function labelsText(labels: Labels | undefined): string {
  const names = Object.keys(labels ?? {}).sort();
  return orNone(names.map((name) => `${name}=${labels![name]!}`).join(','));
}

/** A label selector in the form that `-l` takes. */
export function selectorText(selector: LabelSelector | undefined): string {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  const terms = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...matchExpressions.map(({ key, operator, values = [] }) => ({ key, text: requirement(key, operator, values) })),
  ];
  terms.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return orNone(terms.map(({ text }) => text).join(','));
}

function requirement(key: string, operator: string, values: readonly string[]): string {
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return `${key} ${operator.toLowerCase()} (${[...values].sort().join(',')})`;
  }
}

export function namesOf(containers: readonly Container[]): string {
  return containers.map(({ name }) => name).join(',');
}

export function imagesOf(containers: readonly Container[]): string {
  return containers.map(({ image }) => image).join(',');
}
