import { renderTable } from '../report/kubectl/table.ts';
import { encodeObject } from '../sim/api/encode-object.ts';
import { factsOf, type ApiObject } from '../sim/api/kinds.ts';
import type { LabelPredicate } from '../sim/api/label-selector.ts';
import { compileRequirements, parseSelectorText } from '../sim/api/selector-text.ts';
import { ExitCode } from './exit-codes.ts';
import { lookAt, mistake, objectsOf, resourceOf, type Look, type LookedAt, type Wanted } from './look-at.ts';

interface GetOptions extends LookedAt {
  readonly namespace: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly output: 'wide' | 'table' | 'json' | 'name';
  readonly showLabels?: boolean;
  /** Commander's word for `--no-headers`. */
  readonly headers: boolean;
}

/** `orrery get`: what `kubectl get` would have shown at a simulated time. */
export async function get(what: string, path: string, names: readonly string[], options: GetOptions): Promise<void> {
  const matches = labelsMatching(options.selector ?? '');
  const look = await lookAt(path, what, names, options);
  const { wanted, now } = look;
  const found = wanted.map((one) => ({ ...one, objects: selected(one, look, matches, options) }));
  const missing = found.flatMap(({ kind, names: asked, objects }) =>
    asked.filter((name) => !objects.some(({ metadata }) => metadata.name === name)).map((name) => ({ kind, name })),
  );
  process.stdout.write(rendered(found, now, options));
  for (const { kind, name } of missing)
    process.stderr.write(`Error from server (NotFound): ${resourceOf(kind)} "${name}" not found\n`);
  if (missing.length === 0 && found.every(({ objects }) => objects.length === 0)) {
    const isNamespaced = wanted.some(({ kind }) => factsOf(kind).namespaced) && options.allNamespaces !== true;
    process.stderr.write(`No resources found${isNamespaced ? ` in ${options.namespace} namespace` : ''}.\n`);
  }
  process.exitCode = missing.length === 0 ? ExitCode.Ok : ExitCode.Broken;
}

function rendered(
  found: readonly (Wanted & { readonly objects: readonly ApiObject[] })[],
  now: number,
  options: GetOptions,
): string {
  const all = found.flatMap(({ objects }) => objects);
  const { output, headers, showLabels = false, allNamespaces: namespaces = false } = options;
  if (output === 'name') return all.map((object) => `${resourceOf(object.kind)}/${object.metadata.name}\n`).join('');
  if (output === 'json') {
    const list = {
      apiVersion: 'v1',
      items: all.map((object) => encodeObject(object)),
      kind: 'List',
      metadata: { resourceVersion: '' },
    };
    return JSON.stringify(list, undefined, 4) + '\n';
  }
  const shown = found.filter(({ objects }) => objects.length > 0);
  return shown
    .map(({ kind, objects }) =>
      renderTable(kind, objects, {
        now,
        wide: output === 'wide',
        showLabels,
        headers,
        namespaces: namespaces && factsOf(kind).namespaced,
        kindPrefix: found.length > 1 ? resourceOf(kind) : '',
      }),
    )
    .join('\n');
}

function selected(
  { kind, names }: Wanted,
  { simulation }: Look,
  matches: LabelPredicate,
  options: GetOptions,
): ApiObject[] {
  const { namespaced } = factsOf(kind);
  const isShown = ({ metadata }: ApiObject): boolean =>
    (!namespaced || options.allNamespaces === true || metadata.namespace === options.namespace) &&
    (names.length === 0 || names.includes(metadata.name)) &&
    matches(metadata.labels);
  return objectsOf(simulation, kind).filter(isShown);
}

function labelsMatching(text: string): LabelPredicate {
  const parsed = parseSelectorText(text);
  if (!parsed.ok) throw mistake(`--selector ${text}: ${parsed.message}`);
  return compileRequirements(parsed.requirements);
}
