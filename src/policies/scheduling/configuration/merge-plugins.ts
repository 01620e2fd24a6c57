import { EXTENSION_POINTS, type PluginReference, type PluginSet, type PluginSets } from './configuration.ts';

/**
 * A profile's plugin set over the default one (kube-scheduler-semantics.md 2.3): `disabled` takes defaults away, an enabled
 * plugin with a default's name takes its place and brings its own weight, the others follow. Repeated names stay
 * repeated; the profile refuses them later.
 */
export function mergePluginSet(defaults: PluginSet, custom: PluginSet): PluginSet {
  const disabled = [...custom.disabled, ...defaults.disabled];
  const last = new Map<string, number>();
  custom.enabled.forEach((plugin, index) => last.set(plugin.name, index));
  const replacing = new Set<number>();
  const enabled: PluginReference[] = [];
  if (!disabled.includes('*')) {
    for (const plugin of defaults.enabled) {
      if (disabled.includes(plugin.name)) continue;
      const index = last.get(plugin.name);
      if (index === undefined) {
        enabled.push(plugin);
      } else {
        enabled.push(custom.enabled[index]!);
        replacing.add(index);
      }
    }
  }
  custom.enabled.forEach((plugin, index) => {
    if (!replacing.has(index)) enabled.push(plugin);
  });
  return { enabled, disabled };
}

export function mergePlugins(defaults: PluginSets, custom: Partial<PluginSets>): PluginSets {
  const none: PluginSet = { enabled: [], disabled: [] };
  const merged: Partial<Record<keyof PluginSets, PluginSet>> = {};
  for (const point of [...EXTENSION_POINTS, 'multiPoint'] as const) {
    merged[point] = mergePluginSet(defaults[point], custom[point] ?? none);
  }
  return merged as PluginSets;
}
