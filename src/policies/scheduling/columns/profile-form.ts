import type { FilterPlugin, Plugin, PreFilterPlugin, PreScorePlugin } from '../../../sim/policy-api/scheduling.ts';
import type { ProfilePlugins } from '../framework/extension-points.ts';
import { DynamicResources } from '../plugins/dynamic-resources.ts';
import { ImageLocality } from '../plugins/image-locality.ts';
import { InterPodAffinity } from '../plugins/inter-pod-affinity.ts';
import { NodeAffinity } from '../plugins/node-affinity.ts';
import { NodeDeclaredFeatures } from '../plugins/node-declared-features.ts';
import { NodeName } from '../plugins/node-name.ts';
import { NodePorts } from '../plugins/node-ports.ts';
import { NodeResourcesBalancedAllocation } from '../plugins/node-resources-balanced-allocation.ts';
import { NodeResourcesFit } from '../plugins/node-resources-fit.ts';
import { NodeUnschedulable } from '../plugins/node-unschedulable.ts';
import { NodeVolumeLimits } from '../plugins/node-volume-limits.ts';
import { PodTopologySpread } from '../plugins/pod-topology-spread.ts';
import { TaintToleration } from '../plugins/taint-toleration.ts';
import { VolumeBinding } from '../plugins/volume-binding.ts';
import { VolumeRestrictions } from '../plugins/volume-restrictions.ts';
import { VolumeZone } from '../plugins/volume-zone.ts';
import type { StaticPlugins, StaticScore } from './static-column.ts';
import type { UsagePlugins } from './usage-column.ts';

/** How a plugin takes part in the column form. */
export type Role =
  /** Looks at the node object and the pod's template alone. */
  | 'static'
  /** Looks at amounts in use. */
  | 'usage'
  | 'ports'
  | 'images'
  | 'spread'
  | 'affinity'
  /** Has nothing to say about pods without volumes, claims or features. */
  | 'idle';

/** Every plugin that has a column form. A pod whose profile has any other at these points goes the plain way. */
const ROLES: ReadonlyMap<unknown, Role> = new Map<unknown, Role>([
  [NodeUnschedulable, 'static'],
  [NodeName, 'static'],
  [TaintToleration, 'static'],
  [NodeAffinity, 'static'],
  [NodePorts, 'ports'],
  [NodeResourcesFit, 'usage'],
  [NodeResourcesBalancedAllocation, 'usage'],
  [ImageLocality, 'images'],
  [PodTopologySpread, 'spread'],
  [InterPodAffinity, 'affinity'],
  [VolumeRestrictions, 'idle'],
  [NodeVolumeLimits, 'idle'],
  [VolumeBinding, 'idle'],
  [VolumeZone, 'idle'],
  [DynamicResources, 'idle'],
  [NodeDeclaredFeatures, 'idle'],
]);

interface Scored<P> {
  readonly plugin: P;
  readonly weight: number;
}

/** A profile whose plugins all have a column form, sorted by what they look at. */
export interface ProfileForm {
  readonly usage: UsagePlugins;
  readonly statics: StaticPlugins;
  readonly ports: NodePorts | undefined;
  readonly images: Scored<ImageLocality> | undefined;
  readonly spread: PodTopologySpread | undefined;
  readonly spreadFilters: boolean;
  /** 0: does not score. */
  readonly spreadWeight: number;
  readonly affinity: InterPodAffinity | undefined;
  readonly affinityFilters: boolean;
  readonly affinityWeight: number;
  /** Restricts a pod to named nodes. */
  readonly nodeAffinity: NodeAffinity | undefined;
  /** The Filter plugins in their order, with what they look at. */
  readonly filters: readonly { readonly plugin: FilterPlugin; readonly role: Role }[];
}

/** `undefined`: some plugin has no column form, or takes part in only half of the points that belong together. */
export function profileForm(plugins: ProfilePlugins): ProfileForm | undefined {
  const roleOf = (plugin: Plugin): Role | undefined => ROLES.get(plugin.constructor);
  const scored = plugins.score.map(({ plugin }) => plugin);
  const all = new Set<Plugin>([...plugins.preFilter, ...plugins.filter, ...plugins.preScore, ...scored]);
  for (const plugin of all) if (roleOf(plugin) === undefined) return undefined;
  if (plugins.score.length === 0) return undefined;
  for (const plugin of all) {
    const { preFilter, filter } = plugin as Partial<PreFilterPlugin & FilterPlugin>;
    const isFilter = plugins.filter.includes(plugin as FilterPlugin);
    if (preFilter !== undefined && filter !== undefined) {
      if (plugins.preFilter.includes(plugin as PreFilterPlugin) !== isFilter) return undefined;
    }
    const { preScore } = plugin as Partial<PreScorePlugin>;
    const isScored = scored.includes(plugin as (typeof scored)[number]);
    if (preScore !== undefined && plugins.preScore.includes(plugin as PreScorePlugin) !== isScored) return undefined;
  }

  const filterOf = <P extends Plugin>(type: abstract new (...args: never[]) => P): P | undefined =>
    plugins.filter.find((plugin) => plugin.constructor === type) as unknown as P | undefined;
  const scoreOf = <P extends Plugin>(type: abstract new (...args: never[]) => P): Scored<P> | undefined =>
    plugins.score.find(({ plugin }) => plugin.constructor === type) as unknown as Scored<P> | undefined;
  const spreadScore = scoreOf(PodTopologySpread);
  const affinityScore = scoreOf(InterPodAffinity);
  return {
    usage: {
      fit: filterOf(NodeResourcesFit),
      fitScore: scoreOf(NodeResourcesFit),
      balanced: scoreOf(NodeResourcesBalancedAllocation),
    },
    statics: {
      filters: plugins.filter.filter((plugin) => roleOf(plugin) === 'static'),
      scores: plugins.score
        .filter(({ plugin }) => roleOf(plugin) === 'static')
        .map(({ plugin, weight }): StaticScore => ({
          plugin,
          weight,
          reverse: plugin.constructor === TaintToleration,
        })),
    },
    ports: filterOf(NodePorts),
    images: scoreOf(ImageLocality),
    spread: filterOf(PodTopologySpread) ?? spreadScore?.plugin,
    spreadFilters: filterOf(PodTopologySpread) !== undefined,
    spreadWeight: spreadScore?.weight ?? 0,
    affinity: filterOf(InterPodAffinity) ?? affinityScore?.plugin,
    affinityFilters: filterOf(InterPodAffinity) !== undefined,
    affinityWeight: affinityScore?.weight ?? 0,
    nodeAffinity: filterOf(NodeAffinity),
    filters: plugins.filter.map((plugin) => ({ plugin, role: roleOf(plugin)! })),
  };
}
