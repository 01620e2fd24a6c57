import type { Problem } from '../scenario/problem.ts';
import { renderProblems } from '../scenario/render-problem.ts';

interface Unsimulated {
  readonly first: Problem;
  places: number;
}

/**
 * Warnings as `orrery run` shows them: what is odd with its excerpt, what is merely not simulated in one line a kind or
 * field, however often it occurs. `orrery validate` shows each place.
 */
export function renderWarnings(warnings: readonly Problem[], color: boolean, most: number): string {
  const odd: Problem[] = [];
  const unsimulated = new Map<string, Unsimulated>();
  for (const warning of warnings) {
    const subject = subjectOf(warning);
    if (subject === undefined) {
      odd.push(warning);
      continue;
    }
    const known = unsimulated.get(subject);
    if (known === undefined) unsimulated.set(subject, { first: warning, places: 1 });
    else known.places++;
  }
  const lines = [...unsimulated].map(([subject, { first, places }]) => {
    const { source, span } = first;
    const line = span === undefined ? '' : `:${source.position(span.start).line}`;
    const more = places === 1 ? '' : `, and ${places - 1} more`;
    return `warning: ${subject} is accepted, not simulated (${source.name}${line}${more})\n`;
  });
  return (odd.length > 0 ? renderProblems(odd, { color, most }) + '\n' : '') + lines.join('');
}

/** The kind, or the field by its path inside the kind; undefined for any other warning. */
function subjectOf(warning: Problem): string | undefined {
  if (warning.code === 'kind-not-simulated') return `kind ${/^\S+/.exec(warning.message)![0]}`;
  if (warning.code !== 'field-not-simulated') return undefined;
  const field = (warning.path ?? warning.message).replace(/\[\d+\]/g, '[]');
  const podSpec = field.lastIndexOf('template.spec.');
  return `field ${podSpec < 0 ? field : field.slice(podSpec + 'template.'.length)}`;
}
