import { nodeAffinityArgs, type NodeAffinityArgs } from './node-affinity-args.ts';
import {
  below,
  boolean,
  checked,
  durationText,
  integerWhere,
  invalid,
  object,
  oneOf,
  problem,
  type Fields,
  type Place,
  type Reader,
} from './reading.ts';
import {
  nodeResourcesBalancedAllocationArgs,
  nodeResourcesFitArgs,
  shape,
  type NodeResourcesBalancedAllocationArgs,
  type NodeResourcesFitArgs,
  type ShapePoint,
} from './resource-args.ts';
import { checkSpread, podTopologySpreadArgs, type PodTopologySpreadArgs } from './spread-args.ts';

export interface DefaultPreemptionArgs {
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
}

export interface InterPodAffinityArgs {
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

export interface VolumeBindingArgs {
  readonly bindTimeoutSeconds: number;
  readonly shape?: readonly ShapePoint[];
}

export interface DynamicResourcesArgs {
  readonly filterTimeout: string;
  readonly bindingTimeout: string;
}

/** The arguments of the in-tree plugins that take any (kube-scheduler-semantics.md 2.4). */
export interface PluginArgs {
  readonly DefaultPreemption: DefaultPreemptionArgs;
  readonly DynamicResources: DynamicResourcesArgs;
  readonly InterPodAffinity: InterPodAffinityArgs;
  readonly NodeAffinity: NodeAffinityArgs;
  readonly NodeResourcesBalancedAllocation: NodeResourcesBalancedAllocationArgs;
  readonly NodeResourcesFit: NodeResourcesFitArgs;
  readonly PodTopologySpread: PodTopologySpreadArgs;
  readonly VolumeBinding: VolumeBindingArgs;
}

const CONFIGURATION_API_VERSION = 'kubescheduler.config.k8s.io/v1';

/** Arguments may say what they are, as in `kind: NodeAffinityArgs`; they must be right then. */
function argsOf<T extends object>(
  plugin: string,
  fields: Fields<T>,
  check?: (args: T, at: Place) => boolean,
): Reader<T> {
  type Typed = T & { readonly apiVersion?: string; readonly kind?: string };
  const typed = {
    ...fields,
    apiVersion: { read: oneOf(CONFIGURATION_API_VERSION) },
    kind: { read: oneOf(`${plugin}Args`) },
  } as Fields<Typed>;
  const read = check === undefined ? object<Typed>(typed) : checked(object<Typed>(typed), check);
  return (value, at) => {
    const found = read(value, at);
    if (found === undefined) return undefined;
    const { apiVersion: _version, kind: _kind, ...args } = found;
    return args as unknown as T;
  };
}

const percentage = integerWhere((value) => value >= 0 && value <= 100, 'not in valid range [0, 100]');

const ARGS: { readonly [K in keyof PluginArgs]: Reader<PluginArgs[K]> } = {
  DefaultPreemption: argsOf<DefaultPreemptionArgs>(
    'DefaultPreemption',
    {
      minCandidateNodesPercentage: { read: percentage, otherwise: 10 },
      minCandidateNodesAbsolute: {
        read: integerWhere((value) => value >= 0, 'not in valid range [0, inf)'),
        otherwise: 100,
      },
    },
    ({ minCandidateNodesPercentage, minCandidateNodesAbsolute }, at) => {
      if (minCandidateNodesPercentage !== 0 || minCandidateNodesAbsolute !== 0) return true;
      const [share, count] = ['minCandidateNodesPercentage', 'minCandidateNodesAbsolute'];
      invalid(below(at, share!), 0, `cannot be zero at the same time as ${count}`);
      invalid(below(at, count!), 0, `cannot be zero at the same time as ${share}`);
      return false;
    },
  ),
  DynamicResources: argsOf<DynamicResourcesArgs>('DynamicResources', {
    filterTimeout: { read: durationText, otherwise: '10s', notSimulated: 'claims take no time to allocate' },
    bindingTimeout: { read: durationText, otherwise: '600s', notSimulated: 'claims are not bound' },
  }),
  InterPodAffinity: argsOf<InterPodAffinityArgs>('InterPodAffinity', {
    hardPodAffinityWeight: { read: percentage, otherwise: 1 },
    ignorePreferredTermsOfExistingPods: { read: boolean, otherwise: false },
  }),
  NodeAffinity: argsOf<NodeAffinityArgs>('NodeAffinity', nodeAffinityArgs),
  NodeResourcesBalancedAllocation: argsOf<NodeResourcesBalancedAllocationArgs>(
    'NodeResourcesBalancedAllocation',
    nodeResourcesBalancedAllocationArgs,
  ),
  NodeResourcesFit: argsOf<NodeResourcesFitArgs>('NodeResourcesFit', nodeResourcesFitArgs),
  PodTopologySpread: argsOf<PodTopologySpreadArgs>(
    'PodTopologySpread',
    podTopologySpreadArgs as unknown as Fields<PodTopologySpreadArgs>,
    checkSpread,
  ),
  VolumeBinding: argsOf<VolumeBindingArgs>(
    'VolumeBinding',
    {
      bindTimeoutSeconds: {
        read: integerWhere((value) => value >= 0, 'invalid BindTimeoutSeconds, should not be a negative value'),
        otherwise: 600,
      },
      shape: { read: shape },
    },
    (args, at) => {
      if (args.shape === undefined) return true;
      const message = 'Forbidden: needs the feature gate StorageCapacityScoring, which v1.36 has off';
      problem(below(at, 'shape'), 'forbidden', message);
      return false;
    },
  ),
};

function readerOf(plugin: string): Reader<unknown> | undefined {
  return Object.hasOwn(ARGS, plugin) ? (ARGS as Record<string, Reader<unknown>>)[plugin] : undefined;
}

export function takesArgs(plugin: string): plugin is keyof PluginArgs {
  return readerOf(plugin) !== undefined;
}

/** Reads and completes the arguments of an in-tree plugin. */
export function readArgs(plugin: keyof PluginArgs, value: unknown, at: Place): unknown {
  return readerOf(plugin)!(value, at);
}

/** What a plugin works with when `pluginConfig` does not name it; `undefined` for a plugin without arguments. */
export function defaultArgs(plugin: string): unknown {
  return readerOf(plugin)?.({}, { path: [], report: () => {} });
}
