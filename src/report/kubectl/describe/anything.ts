import type { Description } from './description.ts';
import { writeLabels, writeName } from './name-lines.ts';
import type { Describer } from './scene.ts';
import type { Wire } from './wire.ts';

const TOLD_BEFORE = new Set(
  ['managedFields', 'name', 'namespace', 'labels', 'annotations'].map((name) => `.metadata.${name}`),
);
const ACRONYMS = new Set(['API', 'URL', 'UID', 'GUID']);

/** What kubectl does with kinds it knows nothing of, as those of custom resources: every member, by name. */
export const describeAnything: Describer = (object, out) => {
  writeName(object, out);
  writeLabels(object, out);
  writeMembers(object, out, 0, '');
};

function writeMembers(object: Wire, out: Description, level: number, path: string): void {
  for (const name of Object.keys(object).sort()) {
    const value = object[name];
    const here = `${path}.${name}`;
    if (TOLD_BEFORE.has(here)) continue;
    if (typeof value !== 'object' || value === null) {
      out.line(level, `${titleOf(name)}:`, value === null ? '<nil>' : String(value));
      continue;
    }
    out.line(level, `${titleOf(name)}:`);
    if (!Array.isArray(value)) {
      writeMembers(value as Wire, out, level + 1, here);
      continue;
    }
    for (const item of value as readonly unknown[]) {
      if (typeof item === 'object' && item !== null) writeMembers(item as Wire, out, level + 1, here);
      else out.line(level + 1, String(item));
    }
  }
}

/** `clusterIP` is `Cluster IP`; what has anything but letters in it stays as it is. */
function titleOf(name: string): string {
  if (!/^[\p{L}-]+$/u.test(name)) return name;
  const words = name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lu}|-+/gu) ?? [name];
  return words
    .map((word) => {
      if (ACRONYMS.has(word.toUpperCase())) return word.toUpperCase();
      return word.toLowerCase() === word ? word.charAt(0).toUpperCase() + word.slice(1) : word;
    })
    .join(' ');
}
