import { choosingConfiguration, nodeChooser } from '../../../sim/policy-api/node-chooser.ts';
import { defineScheduler } from '../../../sim/policy-api/scheduler-module.ts';
import { least, leftover } from './leftover.ts';

/** The node on which the most stays free: spreads load evenly. */
export const worstFit = defineScheduler({
  name: 'worst-fit',
  plugins: {
    WorstFit: nodeChooser('WorstFit', () => ({ choose: (pod, nodes) => least(nodes, (node) => -leftover(pod, node)) })),
  },
  configuration: choosingConfiguration('WorstFit'),
});
