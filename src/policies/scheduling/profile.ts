import type {
  BindPlugin,
  FilterPlugin,
  PermitPlugin,
  Plugin,
  PluginFactory,
  PluginHandle,
  PostBindPlugin,
  PostFilterPlugin,
  PreBindPlugin,
  PreEnqueuePlugin,
  PreFilterPlugin,
  PreScorePlugin,
  QueueSortPlugin,
  ReservePlugin,
  ScorePlugin,
} from '../../sim/policy-api/scheduling.ts';
import {
  EXTENSION_POINTS,
  type ExtensionPoint,
  type PluginReference,
  type ProfileConfiguration,
} from './configuration/configuration.ts';

/** What a plugin must have to take part in an extension point. */
interface PluginAt {
  preEnqueue: PreEnqueuePlugin;
  queueSort: QueueSortPlugin;
  preFilter: PreFilterPlugin;
  filter: FilterPlugin;
  postFilter: PostFilterPlugin;
  preScore: PreScorePlugin;
  score: ScorePlugin;
  reserve: ReservePlugin;
  permit: PermitPlugin;
  preBind: PreBindPlugin;
  bind: BindPlugin;
  postBind: PostBindPlugin;
}

const METHOD: { readonly [P in ExtensionPoint]: keyof PluginAt[P] } = {
  preEnqueue: 'preEnqueue',
  queueSort: 'compare',
  preFilter: 'preFilter',
  filter: 'filter',
  postFilter: 'postFilter',
  preScore: 'preScore',
  score: 'score',
  reserve: 'reserve',
  permit: 'permit',
  preBind: 'preBind',
  bind: 'bind',
  postBind: 'postBind',
};

/** One profile, resolved: the plugins of each extension point in the order in which they run. */
export interface Profile {
  readonly schedulerName: string;
  /** Absent: the configuration's own. */
  readonly percentageOfNodesToScore: number | undefined;
  readonly points: { readonly [P in ExtensionPoint]: readonly PluginAt[P][] };
  /** By plugin name, for every plugin that scores; at least 1. */
  readonly weights: ReadonlyMap<string, number>;
  /** Every plugin the profile made, by name, in the order in which they are first named. */
  readonly plugins: ReadonlyMap<string, Plugin>;
}

/** A profile that kube-scheduler would refuse to start with. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
}

export function implementsPoint(plugin: Plugin, point: ExtensionPoint): boolean {
  return typeof (plugin as unknown as Record<string, unknown>)[METHOD[point]] === 'function';
}

/**
 * Makes the plugins of a profile and orders them (kube-scheduler-semantics.md 2.3). `handleOf` gives each plugin its own
 * handle, with its own random stream. Throws a ProfileError where kube-scheduler would not start.
 */
export function resolveProfile(
  configuration: ProfileConfiguration,
  registry: ReadonlyMap<string, PluginFactory>,
  handleOf: (pluginName: string) => PluginHandle,
): Profile {
  const plugins = new Map<string, Plugin>();
  for (const point of ['multiPoint', ...EXTENSION_POINTS] as const) {
    for (const { name } of configuration.plugins[point].enabled) {
      if (plugins.has(name)) continue;
      const factory = registry.get(name);
      if (factory === undefined) {
        throw new ProfileError(
          `plugin ${name} is not registered; known are: ${[...registry.keys()].sort().join(', ')}`,
        );
      }
      plugins.set(name, factory(configuration.args.get(name), handleOf(name)));
    }
  }
  const points: Partial<Record<ExtensionPoint, readonly Plugin[]>> = {};
  for (const point of EXTENSION_POINTS) points[point] = pluginsAt(point, configuration, plugins);
  const profile: Profile = {
    schedulerName: configuration.schedulerName,
    percentageOfNodesToScore: configuration.percentageOfNodesToScore,
    points: points as Profile['points'],
    weights: scoreWeights(configuration, plugins),
    plugins,
  };
  const sorts = profile.points.queueSort.length;
  if (sorts !== 1) throw new ProfileError(`exactly one queueSort plugin is needed, profile has ${sorts}`);
  if (profile.points.bind.length === 0) throw new ProfileError('at least one bind plugin is needed');
  return profile;
}

/**
 * Explicitly named plugins that `multiPoint` names too come first, in their explicit order; then the other multiPoint
 * plugins that implement the point and are not disabled there; then the other explicit ones.
 */
function pluginsAt(
  point: ExtensionPoint,
  configuration: ProfileConfiguration,
  plugins: ReadonlyMap<string, Plugin>,
): readonly Plugin[] {
  const { enabled, disabled } = configuration.plugins[point];
  const explicit = new Set<string>();
  for (const { name } of enabled) {
    if (!implementsPoint(plugins.get(name)!, point)) throw new ProfileError(`plugin ${name} does not extend ${point}`);
    if (explicit.has(name)) throw new ProfileError(`plugin ${name} is enabled twice at ${point}`);
    explicit.add(name);
  }
  const overriding = new Set<string>();
  const expanded = new Set<string>();
  if (!disabled.includes('*')) {
    for (const { name } of configuration.plugins.multiPoint.enabled) {
      if (!implementsPoint(plugins.get(name)!, point) || disabled.includes(name)) continue;
      if (explicit.has(name)) {
        overriding.add(name);
      } else {
        if (expanded.has(name)) throw new ProfileError(`plugin ${name} is enabled twice at multiPoint`);
        expanded.add(name);
      }
    }
  }
  const order = [
    ...[...explicit].filter((name) => overriding.has(name)),
    ...expanded,
    ...[...explicit].filter((name) => !overriding.has(name)),
  ];
  return order.map((name) => plugins.get(name)!);
}

/** The explicit entry at `score` wins over the one at `multiPoint`; no weight counts 1. */
function scoreWeights(
  configuration: ProfileConfiguration,
  plugins: ReadonlyMap<string, Plugin>,
): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  const named: PluginReference[] = [
    ...configuration.plugins.score.enabled,
    ...configuration.plugins.multiPoint.enabled,
  ];
  for (const { name, weight } of named) {
    if (weights.has(name) || !implementsPoint(plugins.get(name)!, 'score')) continue;
    weights.set(name, weight === 0 ? 1 : weight);
  }
  return weights;
}
