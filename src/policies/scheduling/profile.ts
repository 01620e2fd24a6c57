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
import type { ProfilePlugins } from './framework/extension-points.ts';

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

/** A profile that kube-scheduler would refuse to start with. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
  /** Where in the profile's `plugins` the mistake stands. */
  readonly path: readonly (string | number)[];

  constructor(message: string, path: readonly (string | number)[] = []) {
    super(message);
    this.path = path;
  }
}

export function implementsPoint(plugin: Plugin, point: ExtensionPoint): boolean {
  return typeof (plugin as unknown as Record<string, unknown>)[METHOD[point]] === 'function';
}

/**
 * Makes the plugins of a profile and orders them (kube-scheduler-semantics.md 2.3). `handleOf` gives each plugin its own
 * handle, with its own random stream. Throws a ProfileError where kube-scheduler would not start.
 */
export function resolvePlugins(
  configuration: ProfileConfiguration,
  registry: ReadonlyMap<string, PluginFactory>,
  handleOf: (pluginName: string) => PluginHandle,
): ProfilePlugins {
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
  const at = <P extends ExtensionPoint>(point: P): readonly PluginAt[P][] =>
    pluginsAt(point, configuration, plugins) as unknown as readonly PluginAt[P][];
  const weights = scoreWeights(configuration, plugins);
  const queueSort = at('queueSort');
  const bind = at('bind');
  if (queueSort.length !== 1) {
    throw new ProfileError(`exactly one queueSort plugin is needed, profile has ${queueSort.length}`, ['queueSort']);
  }
  if (bind.length === 0) throw new ProfileError('at least one bind plugin is needed', ['bind']);
  return {
    all: [...plugins.values()],
    queueSort: queueSort[0]!,
    preEnqueue: at('preEnqueue'),
    preFilter: at('preFilter'),
    filter: at('filter'),
    postFilter: at('postFilter'),
    preScore: at('preScore'),
    score: at('score').map((plugin) => ({ plugin, weight: weights.get(plugin.name) ?? 1 })),
    reserve: at('reserve'),
    permit: at('permit'),
    preBind: at('preBind'),
    bind,
    postBind: at('postBind'),
  };
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
  enabled.forEach(({ name }, i) => {
    const at = [point, 'enabled', i];
    if (!implementsPoint(plugins.get(name)!, point))
      throw new ProfileError(`plugin ${name} does not extend ${point}`, at);
    if (explicit.has(name)) throw new ProfileError(`plugin ${name} is enabled twice at ${point}`, at);
    explicit.add(name);
  });
  const overriding = new Set<string>();
  const expanded = new Set<string>();
  if (!disabled.includes('*')) {
    for (const { name } of configuration.plugins.multiPoint.enabled) {
      if (!implementsPoint(plugins.get(name)!, point) || disabled.includes(name)) continue;
      if (explicit.has(name)) {
        overriding.add(name);
      } else {
        if (expanded.has(name)) throw new ProfileError(`plugin ${name} is enabled twice at multiPoint`, ['multiPoint']);
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
