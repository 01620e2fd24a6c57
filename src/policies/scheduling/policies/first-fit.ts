import { choosingConfiguration, nodeChooser } from '../../../sim/policy-api/node-chooser.ts';
import { defineScheduler } from '../../../sim/policy-api/scheduler-module.ts';
import { firstInOrder } from './node-order.ts';

/** The first node in the cluster's order that has room: fills nodes one after the other. */
export const firstFit = defineScheduler({
  name: 'first-fit',
  plugins: {
    FirstFit: nodeChooser('FirstFit', (handle) => ({
      choose: (_pod, nodes) => firstInOrder(handle.snapshot().nodes, nodes),
    })),
  },
  configuration: choosingConfiguration('FirstFit'),
});
