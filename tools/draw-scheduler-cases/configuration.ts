import { ACCELERATORS, REGION, ROW, ZONE } from './cluster.ts';
import type { Draw, Json } from './draw.ts';

const SCORED = [
  'TaintToleration',
  'NodeAffinity',
  'NodeResourcesFit',
  'PodTopologySpread',
  'InterPodAffinity',
  'NodeResourcesBalancedAllocation',
  'ImageLocality',
];
const FILTERS = [
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration',
  'NodeAffinity',
  'NodePorts',
  'PodTopologySpread',
  'InterPodAffinity',
];

function weighedResources(draw: Draw, most: number): Json[] {
  const names = ['cpu', 'memory', 'ephemeral-storage', ...ACCELERATORS];
  return draw.some(45, names).map((name) => ({ name, weight: draw.between(1, most) }));
}

function strategy(draw: Draw): Json {
  const type = draw.of('LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio');
  const resources = weighedResources(draw, 100);
  if (resources.length === 0) resources.push({ name: 'memory', weight: 3 });
  if (type !== 'RequestedToCapacityRatio') return { type, resources };
  let at = -1;
  const shape = draw.times(1, 5, () => ({
    utilization: (at = Math.min(96, at) + draw.between(1, 24) / 1),
    score: draw.below(11),
  }));
  return {
    type,
    resources,
    requestedToCapacityRatio: { shape: shape.filter(({ utilization }, i) => i === 0 || utilization <= 100) },
  };
}

/** A random KubeSchedulerConfiguration with one profile. */
export function configuration(draw: Draw): Json {
  const args: Json[] = [
    ...draw.some(50, [
      {
        name: 'NodeResourcesFit',
        args: {
          scoringStrategy: strategy(draw),
          ...draw.maybe(20, 'ignoredResources', () => ['amd.com/gpu']),
          ...draw.maybe(20, 'ignoredResourceGroups', () => ['squat.ai']),
        },
      },
    ]),
    ...draw.some(40, [{ name: 'NodeResourcesBalancedAllocation', args: { resources: balanced(draw) } }]),
    ...draw.some(40, [
      {
        name: 'InterPodAffinity',
        args: { hardPodAffinityWeight: draw.of(0, 3, 100), ignorePreferredTermsOfExistingPods: draw.chance(50) },
      },
    ]),
    ...draw.some(40, [
      {
        name: 'PodTopologySpread',
        args: draw.of<Json>(
          { defaultingType: 'System' },
          {
            defaultingType: 'List',
            defaultConstraints: [
              { maxSkew: draw.of(1, 4), topologyKey: ROW, whenUnsatisfiable: 'ScheduleAnyway' },
              {
                maxSkew: 2,
                topologyKey: draw.of(ZONE, REGION),
                whenUnsatisfiable: draw.of('ScheduleAnyway', 'DoNotSchedule'),
              },
            ],
          },
        ),
      },
    ]),
    ...draw.some(30, [
      {
        name: 'NodeAffinity',
        args: {
          addedAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'arch', operator: draw.of('Exists', 'DoesNotExist') }] }],
            },
          },
        },
      },
    ]),
    ...draw.some(30, [
      {
        name: 'DefaultPreemption',
        args: { minCandidateNodesPercentage: draw.of(0, 10, 100), minCandidateNodesAbsolute: draw.of(1, 2, 100) },
      },
    ]),
  ];
  const weighted = draw.some(35, SCORED);
  const off = draw.some(10, FILTERS);
  return {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    ...draw.maybe(30, 'percentageOfNodesToScore', () => draw.of(1, 35, 100)),
    profiles: [
      {
        schedulerName: 'default-scheduler',
        ...draw.maybe(20, 'percentageOfNodesToScore', () => draw.of(0, 50, 100)),
        plugins: {
          score: {
            disabled: weighted.map((name) => ({ name })),
            enabled: draw.some(80, weighted).map((name) => ({ name, weight: draw.of(1, 2, 31, 1000) })),
          },
          filter: { disabled: off.map((name) => ({ name })) },
        },
        pluginConfig: args,
      },
    ],
  };
}

function balanced(draw: Draw): Json[] {
  const resources = weighedResources(draw, 1);
  return resources.length > 0 ? resources : [{ name: 'cpu', weight: 1 }];
}
