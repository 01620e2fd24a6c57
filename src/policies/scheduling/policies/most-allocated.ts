import { defineScheduler } from '../../../sim/policy-api/scheduler-module.ts';

/** kube-scheduler set up to pack: the fullest node that has room, without the plugins that spread. */
export const mostAllocated = defineScheduler({
  name: 'most-allocated',
  configuration: {
    profiles: [
      {
        plugins: { score: { disabled: [{ name: 'NodeResourcesBalancedAllocation' }, { name: 'PodTopologySpread' }] } },
        pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } }],
      },
    ],
  },
});
