import { CommanderError } from 'commander';
import { renderTable } from '../report/kubectl/table.ts';
import { kindNamesWith, nearestKindName } from '../scenario/resource-names.ts';
import { encodeObject } from '../sim/api/encode-object.ts';
import { factsOf, keyOf, type ApiObject, type Kind } from '../sim/api/kinds.ts';
import type { LabelPredicate } from '../sim/api/label-selector.ts';
import { compileRequirements, parseSelectorText } from '../sim/api/selector-text.ts';
import type { Scenario } from '../sim/scenario.ts';
import { Simulation } from '../sim/simulation.ts';
import { ExitCode } from './exit-codes.ts';
import { turnOn, underWatch } from './guarded-turn.ts';
import { prepareRun } from './prepare-run.ts';

interface GetOptions {
  readonly namespace: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly output: 'wide' | 'table' | 'json' | 'name';
  readonly showLabels?: boolean;
  /** Commander's word for `--no-headers`. */
  readonly headers: boolean;
  readonly at?: number;
  readonly seed?: string;
  readonly set?: readonly string[];
}

/** What is asked for: all objects of a kind, or some by their names. */
interface Wanted {
  readonly kind: Kind;
  readonly names: readonly string[];
}

/** What `kubectl get all` means by all, in its order. */
const ALL =
  'pods,replicationcontrollers,services,daemonsets,deployments,replicasets,statefulsets,horizontalpodautoscalers,cronjobs,jobs';
const SLICE = 1_000_000;

/** `orrery get`: what `kubectl get` would have shown at a simulated time. */
export async function get(what: string, path: string, names: readonly string[], options: GetOptions): Promise<void> {
  const { seed, set, at } = options;
  const matches = labelsMatching(options.selector ?? '');
  const { scenario, policies, watch } = await prepareRun(path, {
    ...(set === undefined ? {} : { set }),
    ...(seed === undefined ? {} : { seed }),
  });
  const wanted = wantedOf(what, names, scenario);
  const nobody = { pod: () => undefined, event: () => undefined };
  const made = (): Simulation => new Simulation(scenario, policies, nobody, { seed, untilMicros: at });
  const simulation = underWatch(watch, () => 0, made);
  while (turnOn(simulation, SLICE, watch));

  const found = wanted.map((one) => ({ ...one, objects: objectsOf(one, simulation, matches, options) }));
  const missing = found.flatMap(({ kind, names: asked, objects }) =>
    asked.filter((name) => !objects.some(({ metadata }) => metadata.name === name)).map((name) => ({ kind, name })),
  );
  process.stdout.write(rendered(found, at ?? simulation.now, options));
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

function objectsOf(
  { kind, names }: Wanted,
  simulation: Simulation,
  matches: LabelPredicate,
  options: GetOptions,
): ApiObject[] {
  const { namespaced } = factsOf(kind);
  const isShown = ({ metadata }: ApiObject): boolean =>
    (!namespaced || options.allNamespaces === true || metadata.namespace === options.namespace) &&
    (names.length === 0 || names.includes(metadata.name)) &&
    matches(metadata.labels);
  const objects = [...simulation.api.store.values(kind)].filter(isShown);
  return objects.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** `pods`, `deploy,rs`, `all`, `pod/web-0`, or `pod web-0 web-1`. */
function wantedOf(what: string, names: readonly string[], scenario: Scenario): Wanted[] {
  const custom = new Map((scenario.customResources ?? []).map((resource) => [resource.kind, resource]));
  const kindNamed = kindNamesWith(custom);
  const wanted = new Map<Kind, string[]>();
  for (const word of (what === 'all' ? ALL : what).split(',')) {
    const [kindName = '', name] = word.split('/');
    const kind = kindNamed(kindName);
    if (kind === undefined) {
      const meant = nearestKindName(kindName);
      throw mistake(
        `the server doesn't have a resource type "${kindName}"${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      );
    }
    const of = wanted.get(kind) ?? [];
    wanted.set(kind, [...of, ...(name === undefined ? names : [name])]);
  }
  return [...wanted].map(([kind, asked]) => ({ kind, names: asked }));
}

function labelsMatching(text: string): LabelPredicate {
  const parsed = parseSelectorText(text);
  if (!parsed.ok) throw mistake(`--selector ${text}: ${parsed.message}`);
  return compileRequirements(parsed.requirements);
}

/** `deployment.apps`, as kubectl names a kind before a name. */
function resourceOf(kind: Kind): string {
  const { apiVersion } = factsOf(kind);
  const slash = apiVersion.indexOf('/');
  const name = kind.split('.')[0]!.toLowerCase();
  return slash < 0 ? name : `${name}.${apiVersion.slice(0, slash)}`;
}

function mistake(message: string): CommanderError {
  process.stderr.write(`error: ${message}\n`);
  return new CommanderError(ExitCode.Usage, 'orrery.get', message);
}
