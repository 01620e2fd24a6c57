import { selectorText } from '../selector-cells.ts';
import type { LabelSelector } from '../../../sim/api/meta.ts';
import type { Description } from './description.ts';
import { at, text, textMap, type Wire } from './wire.ts';

const LONGEST_ANNOTATION = 140;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export function writeName(object: Wire, out: Description): void {
  out.line(0, 'Name:', text(object, 'metadata.name'));
  out.line(0, 'Namespace:', text(object, 'metadata.namespace'));
}

export function writeLabels(object: Wire, out: Description): void {
  writeMap('Labels', textMap(object, 'metadata.labels'), out);
  writeAnnotations('Annotations', textMap(object, 'metadata.annotations'), out);
}

/** `a=b` by name, one a line. */
export function writeMap(title: string, map: Readonly<Record<string, string>>, out: Description, indent = ''): void {
  const keys = Object.keys(map).sort();
  writeList(
    title,
    keys.map((key) => `${key}=${map[key]!}`),
    out,
    indent,
  );
}

/** One a line, below each other behind a title. */
export function writeList(title: string, lines: readonly string[], out: Description, indent = ''): void {
  (lines.length === 0 ? ['<none>'] : lines).forEach((line, i) =>
    out.line(0, indent + (i === 0 ? `${title}:` : ''), line),
  );
}

export function writeAnnotations(title: string, map: Readonly<Record<string, string>>, out: Description): void {
  const keys = Object.keys(map)
    .filter((key) => key !== LAST_APPLIED)
    .sort();
  out.write(0, `${title}:\t`);
  if (keys.length === 0) return out.line(0, '<none>');
  keys.forEach((key, i) => {
    const value = map[key]!.replace(/\n$/, '');
    if (i > 0) out.write(0, '\t');
    if (value.length + key.length + 2 <= LONGEST_ANNOTATION && !value.includes('\n')) {
      out.line(0, `${key}: ${value}`);
      return;
    }
    out.line(0, `${key}:`);
    for (const line of value.split('\n')) out.line(0, '', `  ${shortened(line, LONGEST_ANNOTATION - 2)}`);
  });
}

function shortened(line: string, most: number): string {
  return line.length > most ? `${line.slice(0, most)}...` : line;
}

/** `Controlled By`, where a controller owns it. */
export function writeController(object: Wire, out: Description): void {
  const owner = controllerOf(object);
  if (owner !== undefined) out.line(0, 'Controlled By:', `${text(owner, 'kind')}/${text(owner, 'name')}`);
}

export function controllerOf(object: Wire): Wire | undefined {
  const owners = (at(object, 'metadata.ownerReferences') as readonly Wire[] | undefined) ?? [];
  return owners.find((owner) => owner['controller'] === true);
}

/** A label selector in one line; `<none>` for one that is empty. */
export function selectorOf(object: Wire, path: string): string {
  return selectorText(at(object, path) as LabelSelector | undefined);
}
