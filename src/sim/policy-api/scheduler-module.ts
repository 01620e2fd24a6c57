import type { SchedulingPolicyFactory } from './scheduler.ts';
import type {
  BindPlugin,
  EnqueueExtensions,
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
} from './scheduling.ts';

/** A scheduler of one's own, as a scenario names it: what a policy module exports by default. */
export interface SchedulerModule {
  /** Stands in reports and error messages. */
  readonly name: string;
  /** Plugins besides kube-scheduler's own, by the name under which a configuration enables them. */
  readonly plugins?: Readonly<Record<string, OwnPluginFactory>>;
  /**
   * A KubeSchedulerConfiguration v1 (apiVersion and kind may be left out) that says where the plugins run. Absent: the
   * scenario's, or else the default profile with the plugins added at every extension point they implement.
   */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** In place of all that: a whole scheduler, without kube-scheduler's framework. */
  readonly scheduler?: SchedulingPolicyFactory;
}

/** Any of the extension points. The name is given apart. */
export type PluginMethods = Omit<
  Partial<
    EnqueueExtensions &
      PreEnqueuePlugin &
      QueueSortPlugin &
      PreFilterPlugin &
      FilterPlugin &
      PostFilterPlugin &
      PreScorePlugin &
      ScorePlugin &
      ReservePlugin &
      PermitPlugin &
      PreBindPlugin &
      BindPlugin &
      PostBindPlugin
  >,
  'name'
>;

/** Makes a plugin from its arguments (`pluginConfig[].args`) and the handle; called once a profile. */
export type OwnPluginFactory = (args: unknown, handle: PluginHandle) => Plugin & PluginMethods;

/** States that a module is a scheduler, so that the compiler looks at it. */
export function defineScheduler(module: SchedulerModule): SchedulerModule {
  return module;
}

/** A plugin from its methods; `make` is called once a profile, with the arguments of its `pluginConfig`. */
export function defineSchedulingPlugin(
  name: string,
  make: (handle: PluginHandle, args: unknown) => PluginMethods,
): PluginFactory {
  return (args, handle) => Object.assign(make(handle, args), { name });
}
