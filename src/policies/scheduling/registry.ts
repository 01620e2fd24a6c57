import type { PluginFactory } from '../../sim/policy-api/scheduling.ts';

/**
 * Every plugin that a KubeSchedulerConfiguration can name, by Kubernetes' name, in the order in which the default profile
 * lists them. Which of them a profile runs, and with what weight, stands in `configuration/default-plugins.ts`.
 */
export const IN_TREE_PLUGINS: ReadonlyMap<string, PluginFactory> = new Map<string, PluginFactory>([]);
