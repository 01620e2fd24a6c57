/**
 * What is wrong with an object that somebody wrote. The decoder knows paths; whoever read the text knows lines.
 */
export interface Problem {
  /** Member names and indexes from the object's root, e.g. `['spec', 'containers', 0, 'image']`. */
  readonly path: readonly (string | number)[];
  /** A warning is about something valid that will have no effect, or that is likely a slip. */
  readonly severity: 'error' | 'warning';
  /** A stable word for the class of problem, e.g. `unknown-field`, `wrong-type`, `required`, `field-not-simulated`. */
  readonly code: string;
  /** One sentence without the path, e.g. `Required value`. */
  readonly message: string;
  /** What the author probably meant, e.g. `containers`. */
  readonly suggestion?: string;
  /** Whether the member's name or its value is to blame; the value where absent. */
  readonly at?: 'key' | 'value';
}

/** Takes one problem; called for every problem there is, in the order of the object's members. */
export type Report = (problem: Problem) => void;

/** A path as Kubernetes writes it: `spec.containers[0].image`, `metadata.labels[a/b]`. */
export function fieldPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z][A-Za-z0-9]*$/.test(part)) text += text === '' ? part : '.' + part;
    else text += `[${part}]`;
  }
  return text;
}
