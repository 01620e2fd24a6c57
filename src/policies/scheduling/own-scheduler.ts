import { fieldPath, type Problem } from '../../sim/api/problem.ts';
import type { SchedulingPolicyFactory } from '../../sim/policy-api/scheduler.ts';
import type { SchedulerModule } from '../../sim/policy-api/scheduler-module.ts';
import type { PluginFactory } from '../../sim/policy-api/scheduling.ts';
import type { SchedulerConfiguration } from './configuration/configuration.ts';
import { readSchedulerConfiguration } from './configuration/read-configuration.ts';
import { guardedFactory, type GuardOptions } from './guard/guarded-plugin.ts';
import { guardedScheduler } from './guard/guarded-scheduler.ts';
import { kubeScheduler } from './kube-scheduler.ts';
import { IN_TREE_PLUGINS } from './registry.ts';

export interface OwnSchedulerOptions {
  /** A configuration of the scenario's, read with the module's plugins known. */
  readonly configuration?: SchedulerConfiguration | undefined;
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /** Absent: the module is ours, and not guarded. */
  readonly guard?: GuardOptions;
}

/** A module that is no scheduler, with everything that is wrong about it. */
export class SchedulerModuleError extends Error {
  override readonly name = 'SchedulerModuleError';
  readonly problems: readonly string[];

  constructor(module: string, problems: readonly string[]) {
    super(`${module}: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/** The scheduler that a module describes. Throws a SchedulerModuleError where its own configuration is wrong. */
export function schedulerOf(module: SchedulerModule, options: OwnSchedulerOptions = {}): SchedulingPolicyFactory {
  const { guard, featureGates = {} } = options;
  if (module.scheduler !== undefined) {
    return guard === undefined ? module.scheduler : guardedScheduler(module.name, module.scheduler, guard);
  }
  const own = new Map<string, PluginFactory>();
  for (const [name, factory] of Object.entries(module.plugins ?? {})) {
    own.set(name, guard === undefined ? factory : guardedFactory(name, factory, guard));
  }
  const configuration = options.configuration ?? configurationOf(module);
  return kubeScheduler(configuration, { registry: new Map([...IN_TREE_PLUGINS, ...own]), featureGates });
}

function configurationOf(module: SchedulerModule): SchedulerConfiguration {
  const names = Object.keys(module.plugins ?? {});
  const added = { profiles: [{ plugins: { multiPoint: { enabled: names.map((name) => ({ name })) } } }] };
  const raw = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    ...(module.configuration ?? added),
  };
  const problems: Problem[] = [];
  const configuration = readSchedulerConfiguration(raw, (problem) => problems.push(problem), { ownPlugins: names });
  if (configuration !== undefined) return configuration;
  const errors = problems.filter(({ severity }) => severity === 'error');
  throw new SchedulerModuleError(
    module.name,
    errors.map(({ path, message }) => `configuration: ${fieldPath(path)}: ${message}`),
  );
}

/**
 * What a policy file exports by default, if it is a scheduler. Throws a SchedulerModuleError that says what is missing.
 *
 * @param origin the file, for the message
 */
export function checkSchedulerModule(value: unknown, origin: string): SchedulerModule {
  if (typeof value !== 'object' || value === null) {
    throw new SchedulerModuleError(origin, ['has no default export; write `export default defineScheduler({ … })`']);
  }
  const { name, plugins, configuration, scheduler } = value as Record<string, unknown>;
  const problems: string[] = [];
  const known = ['name', 'plugins', 'configuration', 'scheduler'];
  for (const member of Object.keys(value)) {
    if (!known.includes(member)) problems.push(`unknown member ${member}; there are: ${known.join(', ')}`);
  }
  if (typeof name !== 'string' || name === '') problems.push('name is missing');
  if (scheduler !== undefined && typeof scheduler !== 'function') problems.push('scheduler is not a function');
  if (scheduler !== undefined && (plugins !== undefined || configuration !== undefined)) {
    problems.push('a whole scheduler has neither plugins nor configuration');
  }
  if (configuration !== undefined && (typeof configuration !== 'object' || configuration === null)) {
    problems.push('configuration is not an object');
  }
  if (plugins !== undefined && (typeof plugins !== 'object' || plugins === null)) {
    problems.push('plugins is not an object of factories by name');
  } else {
    for (const [plugin, factory] of Object.entries(plugins ?? {})) {
      if (typeof factory !== 'function') problems.push(`plugin ${plugin} is not a factory, but ${typeof factory}`);
      if (IN_TREE_PLUGINS.has(plugin)) problems.push(`plugin ${plugin} has the name of one of kube-scheduler's own`);
    }
  }
  if (problems.length > 0) throw new SchedulerModuleError(origin, problems);
  return value as SchedulerModule;
}
