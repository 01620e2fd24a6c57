import { CommanderError } from 'commander';
import { kindNamesWith, nearestKindName } from '../scenario/resource-names.ts';
import { formatDuration } from '../sim/engine/time.ts';
import { factsOf, keyOf, type ApiObject, type Kind } from '../sim/api/kinds.ts';
import type { Scenario } from '../sim/scenario/scenario.ts';
import { Simulation } from '../sim/simulation.ts';
import { ExitCode } from './exit-codes.ts';
import { turnOn, underWatch } from './guarded-turn.ts';
import { prepareRun } from './prepare-run.ts';

/** Which run is looked at, and when. */
export interface LookedAt {
  readonly at?: number;
  readonly seed?: string;
  readonly set?: readonly string[];
}

/** What is asked for: all objects of a kind, or some by their names. */
export interface Wanted {
  readonly kind: Kind;
  readonly names: readonly string[];
}

/** What `kubectl get all` means by all, in its order. */
const ALL =
  'pods,replicationcontrollers,services,daemonsets,deployments,replicasets,statefulsets,horizontalpodautoscalers,cronjobs,jobs';
const SLICE = 1_000_000;

/** A cluster as it stands at a simulated time, and what is wanted of it. */
export interface Look {
  readonly simulation: Simulation;
  readonly wanted: readonly Wanted[];
  /** Microseconds. */
  readonly now: number;
}

/** Runs a scenario up to the time that is asked for, or to its end, and says where that is the earlier one. `what` and `names` as in `kubectl get`. */
export async function lookAt(path: string, what: string, names: readonly string[], options: LookedAt): Promise<Look> {
  const { seed, set, at } = options;
  const { scenario, policies, watch } = await prepareRun(path, {
    ...(set === undefined ? {} : { set }),
    ...(seed === undefined ? {} : { seed }),
  });
  const wanted = wantedOf(what, names, scenario);
  const nobody = { pod: () => undefined, event: () => undefined };
  const made = (): Simulation => new Simulation(scenario, policies, nobody, { seed, untilMicros: at });
  const simulation = underWatch(watch, () => 0, made);
  while (turnOn(simulation, SLICE, watch));
  const { endedAt: now } = simulation;
  if (at !== undefined && at > now) {
    const [asked, ended] = [at, now].map(formatDuration);
    process.stderr.write(`the run ended at ${ended}, before ${asked}: this is how things stood at its end\n`);
  }
  return { simulation, wanted, now };
}

/** All objects of a kind, in order of their keys. */
export function objectsOf(simulation: Simulation, kind: Kind): ApiObject[] {
  return [...simulation.api.store.values(kind)].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
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

/** `deployment.apps`, as kubectl names a kind before a name. */
export function resourceOf(kind: Kind): string {
  const { apiVersion } = factsOf(kind);
  const slash = apiVersion.indexOf('/');
  const name = kind.split('.')[0]!.toLowerCase();
  return slash < 0 ? name : `${name}.${apiVersion.slice(0, slash)}`;
}

/** A command that cannot be carried out as it was given. */
export function mistake(message: string): CommanderError {
  process.stderr.write(`error: ${message}\n`);
  return new CommanderError(ExitCode.Usage, 'orrery.kubectl', message);
}
