import type { PluginReference, PluginSets } from './configuration.ts';

/**
 * The plugins that v1.36 enables at every extension point they implement, in order, with their weights
 * (kube-scheduler-semantics.md 2.1). Weight 0 counts 1 where the plugin scores.
 */
export const DEFAULT_MULTI_POINT: readonly PluginReference[] = [
  { name: 'SchedulingGates', weight: 0 },
  { name: 'PrioritySort', weight: 0 },
  { name: 'NodeUnschedulable', weight: 0 },
  { name: 'NodeName', weight: 0 },
  { name: 'TaintToleration', weight: 3 },
  { name: 'NodeAffinity', weight: 2 },
  { name: 'NodePorts', weight: 0 },
  { name: 'NodeResourcesFit', weight: 1 },
  { name: 'VolumeRestrictions', weight: 0 },
  { name: 'NodeVolumeLimits', weight: 0 },
  { name: 'VolumeBinding', weight: 0 },
  { name: 'VolumeZone', weight: 0 },
  { name: 'PodTopologySpread', weight: 2 },
  { name: 'InterPodAffinity', weight: 2 },
  { name: 'DynamicResources', weight: 2 },
  { name: 'DefaultPreemption', weight: 0 },
  { name: 'NodeResourcesBalancedAllocation', weight: 1 },
  { name: 'ImageLocality', weight: 1 },
  { name: 'DefaultBinder', weight: 0 },
  { name: 'NodeDeclaredFeatures', weight: 0 },
];

const NONE = { enabled: [], disabled: [] };

export const DEFAULT_PLUGINS: PluginSets = {
  multiPoint: { enabled: DEFAULT_MULTI_POINT, disabled: [] },
  preEnqueue: NONE,
  queueSort: NONE,
  preFilter: NONE,
  filter: NONE,
  postFilter: NONE,
  preScore: NONE,
  score: NONE,
  reserve: NONE,
  permit: NONE,
  preBind: NONE,
  bind: NONE,
  postBind: NONE,
};
