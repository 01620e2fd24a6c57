import { choosingConfiguration, nodeChooser } from '../../../sim/policy-api/node-chooser.ts';
import { defineScheduler } from '../../../sim/policy-api/scheduler-module.ts';

/** Any node that has room, each as likely as the other: what a cleverer policy has to beat. */
export const random = defineScheduler({
  name: 'random',
  plugins: {
    Random: nodeChooser('Random', (handle) => ({
      choose: (_pod, nodes) => nodes[handle.random.below(nodes.length)]!,
    })),
  },
  configuration: choosingConfiguration('Random'),
});
