import type { PluginHandle } from '../../../sim/policy-api/scheduling.ts';
import { ProfileError, resolvePlugins } from '../profile.ts';
import { IN_TREE_PLUGINS } from '../registry.ts';
import { EXTENSION_POINTS, type ProfileConfiguration } from './configuration.ts';

/** For plugins that are made to be looked at and never asked. */
const NO_HANDLE: PluginHandle = {
  snapshot: () => ({
    nodes: [],
    nodesWithPodsWithAffinity: [],
    nodesWithPodsWithRequiredAntiAffinity: [],
    lowestPriority: Infinity,
    get: () => undefined,
    isClaimUsed: () => false,
  }),
  lister: () => ({ get: () => undefined, list: () => [] }),
  now: () => 0,
  random: { next: () => 0, below: () => 0 },
  nominatedPods: () => [],
  featureGates: {},
  cloneNode: () => {
    throw new TypeError('there are no nodes');
  },
  runFilters: () => undefined,
  runAddPod: () => undefined,
  runRemovePod: () => undefined,
};

/**
 * Why kube-scheduler would not start with a profile that reads well; `undefined`: it would. What a plugin that is not
 * in-tree implements is only known when it is made, so that a profile with one is not looked at here.
 */
export function mistakeOf(profile: ProfileConfiguration): ProfileError | undefined {
  const sets = (['multiPoint', ...EXTENSION_POINTS] as const).map((point) => profile.plugins[point]);
  if (!sets.every(({ enabled }) => enabled.every(({ name }) => IN_TREE_PLUGINS.has(name)))) return undefined;
  try {
    resolvePlugins(profile, IN_TREE_PLUGINS, () => NO_HANDLE);
    return undefined;
  } catch (error) {
    if (error instanceof ProfileError) return error;
    throw error;
  }
}
