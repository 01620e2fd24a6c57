import { writeList, writeMap, selectorOf } from './name-lines.ts';
import type { Description } from './description.ts';
import { count, has, parts, text, textMap, type Wire } from './wire.ts';

/** Where a pod may go: its node selector, tolerations and spread. `indent`: that of a template inside another object. */
export function writePlacement(spec: Wire, out: Description, indent: string): void {
  writeMap('Node-Selectors', textMap(spec, 'nodeSelector'), out, indent);
  const tolerations = sortedBy(parts(spec, 'tolerations'), 'key').map(tolerationText);
  writeList('Tolerations', tolerations, out, indent);
  if (indent === '') writeSpread(spec, out, indent);
}

export function writeSpread(spec: Wire, out: Description, indent: string): void {
  const spread = sortedBy(parts(spec, 'topologySpreadConstraints'), 'topologyKey').map(
    (one) =>
      `${text(one, 'topologyKey')}:${text(one, 'whenUnsatisfiable')} when max skew ${count(one, 'maxSkew')} is exceeded` +
      (has(one, 'labelSelector') ? ` for selector ${selectorOf(one, 'labelSelector')}` : ''),
  );
  spread.forEach((line, i) => out.line(0, indent + (i === 0 ? 'Topology Spread Constraints:' : ''), line));
}

function sortedBy(list: readonly Wire[], member: string): Wire[] {
  return [...list].sort((a, b) => (text(a, member) < text(b, member) ? -1 : text(a, member) > text(b, member) ? 1 : 0));
}

function tolerationText(toleration: Wire): string {
  const key = text(toleration, 'key');
  const value = text(toleration, 'value');
  const effect = text(toleration, 'effect');
  const named = key + (value === '' ? '' : `=${value}`) + (effect === '' ? '' : `:${effect}`);
  const exists = toleration['operator'] === 'Exists' && value === '';
  const seconds = has(toleration, 'tolerationSeconds') ? ` for ${count(toleration, 'tolerationSeconds')}s` : '';
  return named + (exists ? `${key === '' && effect === '' ? '' : ' '}op=Exists` : '') + seconds;
}
