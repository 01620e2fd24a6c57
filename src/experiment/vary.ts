/** One thing that is varied: a path in the scenario and its values, as text of YAML. */
export interface Factor {
  /** As the user wrote it, for tables. */
  readonly name: string;
  readonly path: string;
  readonly values: readonly string[];
  /** What is set for each of them, where that is not the text itself. */
  readonly settings?: readonly string[];
}

/** One combination of values. */
export interface Variant {
  /** `scheduler=default, cluster.nodes[0].count=100`; `as it is` where nothing is varied. */
  readonly label: string;
  /** As `--set` takes them. */
  readonly sets: readonly string[];
}

/** Short names of what is varied most. */
const ALIASES: Readonly<Record<string, string>> = {
  scheduler: 'cluster.scheduler.policy',
  'cluster.nodes': 'cluster.nodes[0].count',
};

const MOST_VARIANTS = 10_000;

/** What the user got wrong about an experiment. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';
}

/**
 * Reads `PATH=VALUE,VALUE…`. A comma inside brackets, braces or quotes belongs to the value.
 *
 * @throws ExperimentError
 */
export function parseFactor(text: string): Factor {
  const equals = text.indexOf('=');
  const name = text.slice(0, equals).trim();
  if (equals < 0 || name === '') {
    throw new ExperimentError(
      `--vary ${JSON.stringify(text)} is not PATH=VALUE,VALUE…, for instance scheduler=default,first-fit`,
    );
  }
  return factorOf(name, splitValues(text.slice(equals + 1)));
}

/** Throws an ExperimentError. */
export function factorOf(name: string, values: readonly string[]): Factor {
  if (values.length === 0 || values.some((value) => value === '')) {
    throw new ExperimentError(`--vary ${name}: a value is empty`);
  }
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw new ExperimentError(`--vary ${name}: the value ${twice} is there twice`);
  const path = ALIASES[name] ?? name;
  if (path === 'seed' || path === 'spec.seed') {
    throw new ExperimentError('--vary seed: replications have seeds of their own; say how many with --seeds');
  }
  return { name, path, values };
}

function splitValues(text: string): string[] {
  const values: string[] = [];
  let depth = 0;
  let quote = '';
  let value = '';
  for (const char of text) {
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if ('[{('.includes(char)) depth++;
    else if (']})'.includes(char)) depth--;
    else if (char === ',' && depth <= 0) {
      values.push(value.trim());
      value = '';
      continue;
    }
    value += char;
  }
  return [...values, value.trim()];
}

/** Every combination, the last factor running fastest. Throws an ExperimentError when there are too many. */
export function variantsOf(factors: readonly Factor[]): readonly Variant[] {
  const total = factors.reduce((product, { values }) => product * values.length, 1);
  if (total > MOST_VARIANTS) {
    throw new ExperimentError(`there are ${total} combinations; at most ${MOST_VARIANTS} are run`);
  }
  const paths = factors.map(({ path }) => path);
  const twice = factors.find(({ path }, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) throw new ExperimentError(`--vary ${twice.name}: is varied twice`);
  let variants: Variant[] = [{ label: '', sets: [] }];
  for (const { name, path, values, settings = values } of factors) {
    variants = variants.flatMap(({ label, sets }) =>
      values.map((value, i) => ({
        label: `${label === '' ? '' : `${label}, `}${name}=${value}`,
        sets: [...sets, `${path}=${settings[i]!}`],
      })),
    );
  }
  return variants.map(({ label, sets }) => ({ label: label === '' ? 'as it is' : label, sets }));
}
