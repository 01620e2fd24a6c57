/**
 * A KubeSchedulerConfiguration as read: defaults filled in, the profiles' plugin sets merged with the default set,
 * arguments typed. What is left to decide hangs on which extension points a plugin implements; `profile.ts` does that.
 */

/** A plugin named at an extension point. Weight 0: not given. */
export interface PluginReference {
  readonly name: string;
  readonly weight: number;
}

export interface PluginSet {
  readonly enabled: readonly PluginReference[];
  /** Names; `*` stands for all. */
  readonly disabled: readonly string[];
}

/** The members of `profiles[].plugins` that the simulated framework has. */
export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;
export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

export type PluginSets = { readonly [P in ExtensionPoint | 'multiPoint']: PluginSet };

export interface ProfileConfiguration {
  readonly schedulerName: string;
  /** Absent: the configuration's own. */
  readonly percentageOfNodesToScore: number | undefined;
  readonly plugins: PluginSets;
  /** Arguments by plugin name, complete: the defaults for a plugin that is named by no `pluginConfig`. */
  readonly args: ReadonlyMap<string, unknown>;
}

export interface SchedulerConfiguration {
  readonly parallelism: number;
  /** 0: adaptive. */
  readonly percentageOfNodesToScore: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  /** Of its client's token bucket. Absent: not given, so that the cluster's parameters decide. */
  readonly clientConnection: { readonly qps: number; readonly burst: number } | 'unlimited' | undefined;
  readonly profiles: readonly ProfileConfiguration[];
}

export const DEFAULT_SCHEDULER_NAME = 'default-scheduler';
