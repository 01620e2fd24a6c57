import type { SchedulingPolicyFactory } from '../../sim/policy-api/scheduler.ts';
import type { PluginFactory } from '../../sim/policy-api/scheduling.ts';
import type { SchedulerConfiguration } from './configuration/configuration.ts';
import { frameworkPolicy } from './framework/scheduling-policy.ts';
import { resolvePlugins } from './profile.ts';
import { IN_TREE_PLUGINS } from './registry.ts';

const MICROS_PER_SECOND = 1_000_000;

export interface KubeSchedulerOptions {
  /** Plugins by name; by default the in-tree ones. */
  readonly registry?: ReadonlyMap<string, PluginFactory>;
  /** Only those that differ from the release's defaults. */
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /** `plain` runs plugins node by node, `columns` (the default) whole ranges of nodes where a plugin can. Same decisions. */
  readonly form?: 'plain' | 'columns';
  /** How many nodes a search must want before it goes by stretches of nodes; for tests. */
  readonly treeFrom?: number;
  /** For how many kinds of pods, at least, what is known of one serves all that are written alike; for tests. */
  readonly sharedSpecs?: number;
}

/** kube-scheduler as a configuration describes it. Throws a ProfileError where it would not start. */
export function kubeScheduler(
  configuration: SchedulerConfiguration,
  options: KubeSchedulerOptions = {},
): SchedulingPolicyFactory {
  const registry = options.registry ?? IN_TREE_PLUGINS;
  const profiles = configuration.profiles.map((profile) => ({
    schedulerName: profile.schedulerName,
    percentageOfNodesToScore: profile.percentageOfNodesToScore ?? configuration.percentageOfNodesToScore,
    build: (handleOf: Parameters<typeof resolvePlugins>[2]) => resolvePlugins(profile, registry, handleOf),
  }));
  return frameworkPolicy(profiles, {
    featureGates: options.featureGates ?? {},
    form: options.form ?? 'columns',
    treeFrom: options.treeFrom,
    sharedSpecs: options.sharedSpecs,
    initialBackoffMicros: configuration.podInitialBackoffSeconds * MICROS_PER_SECOND,
    maxBackoffMicros: configuration.podMaxBackoffSeconds * MICROS_PER_SECOND,
    client: configuration.clientConnection,
  });
}
