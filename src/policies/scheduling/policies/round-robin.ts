import { choosingConfiguration, nodeChooser } from '../../../sim/policy-api/node-chooser.ts';
import { defineScheduler } from '../../../sim/policy-api/scheduler-module.ts';
import { firstInOrder } from './node-order.ts';

/** The next node that has room after the one that was given a pod last. */
export const roundRobin = defineScheduler({
  name: 'round-robin',
  plugins: {
    RoundRobin: nodeChooser('RoundRobin', (handle) => {
      let last = '';
      return {
        choose: (_pod, nodes) => {
          const order = handle.snapshot().nodes;
          return firstInOrder(
            order,
            nodes,
            order.findIndex((node) => node.name === last),
          );
        },
        placed: (_pod, nodeName) => {
          last = nodeName;
        },
      };
    }),
  },
  configuration: choosingConfiguration('RoundRobin'),
});
