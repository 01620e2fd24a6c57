import { choosingConfiguration, nodeChooser } from '../../../sim/policy-api/node-chooser.ts';
import { defineScheduler } from '../../../sim/policy-api/scheduler-module.ts';
import { least, leftover } from './leftover.ts';

/** The node on which the least stays free: keeps large gaps for large pods. */
export const bestFit = defineScheduler({
  name: 'best-fit',
  plugins: {
    BestFit: nodeChooser('BestFit', () => ({ choose: (pod, nodes) => least(nodes, (node) => leftover(pod, node)) })),
  },
  configuration: choosingConfiguration('BestFit'),
});
