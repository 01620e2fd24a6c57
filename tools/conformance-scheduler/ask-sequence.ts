import { createHash } from 'node:crypto';
import { CycleScratch } from '../../src/policies/scheduling/framework/cycle-state.ts';
import { podInfoOf } from '../../src/policies/scheduling/framework/pod-info.ts';
import { schedulePod } from '../../src/policies/scheduling/framework/schedule-pod.ts';
import { statusMessage } from '../../src/policies/scheduling/framework/fit-error.ts';
import type { Pod } from '../../src/sim/api/pod.ts';
import type { Sequence } from './cases.ts';
import { RecordedCluster, type PluginForm } from './cluster.ts';
import { RecordingError } from './objects.ts';

interface Step {
  readonly node: string | null;
  readonly total: number;
  readonly feasible: number;
  readonly evaluated: number;
}

const NOTHING: Step = { node: null, total: 0, feasible: 0, evaluated: 0 };

/**
 * Places pod after pod through one scheduler and its cache. Every arrival is one cycle; a placed pod is confirmed at once,
 * and a pod that finds no node is dropped.
 */
export function answerSequence(sequence: Sequence, form: PluginForm): Record<string, unknown> {
  const cluster = new RecordedCluster(sequence, form);
  const placed = new Map<string, Pod>();
  const hash = createHash('sha256');
  const steps: Step[] = [];
  const startIndex: number[] = [];
  for (const arrival of sequence.arrivals) {
    let step = NOTHING;
    switch (arrival.kind) {
      case 'pod': {
        const { pod } = arrival;
        step = place(cluster, pod);
        if (step.node !== null) {
          placed.set(pod.metadata.name, pod);
          hash.update(`${pod.metadata.namespace}/${pod.metadata.name} ${step.node}\n`);
        }
        break;
      }
      case 'delete': {
        const pod = placed.get(arrival.name);
        if (pod !== undefined) cluster.policy.removePod(pod.metadata.uid);
        placed.delete(arrival.name);
        break;
      }
      case 'addNode':
        cluster.policy.setNode(arrival.node);
        break;
      case 'updateNode':
        cluster.policy.setNode(arrival.node);
        break;
      case 'deleteNode':
        cluster.policy.removeNode(arrival.name);
        break;
    }
    steps.push(step);
    startIndex.push(cluster.policy.cursor.nextStartNodeIndex);
  }
  return {
    placements: steps.map((step) => step.node),
    startIndex,
    totalOfWinner: steps.map((step) => step.total),
    feasible: steps.map((step) => step.feasible),
    evaluated: steps.map((step) => step.evaluated),
    hash: hash.digest('hex'),
  };
}

function place(cluster: RecordedCluster, pod: Pod): Step {
  const snapshot = cluster.policy.cache.refresh();
  const info = podInfoOf(pod);
  const framework = cluster.frameworkOf(pod);
  const placed = cluster.columns?.place(framework, framework.plugins, cluster.policy.cursor, info);
  if (placed !== undefined) {
    cluster.policy.cache.addPod(info, placed.node.name);
    const total = placed.totals?.[placed.feasible.indexOf(placed.node)] ?? 0;
    return { node: placed.node.name, total, feasible: placed.feasible.length, evaluated: placed.evaluated };
  }
  const result = schedulePod(framework, snapshot, cluster.policy.cursor, new CycleScratch(), info);
  if (result.kind === 'error') throw new RecordingError(`${pod.metadata.name}: ${statusMessage(result.status)}`);
  if (result.kind === 'unschedulable') {
    return { ...NOTHING, evaluated: result.diagnosis.statuses.explicit.size };
  }
  const { node, feasible, totals, evaluated } = result;
  cluster.policy.cache.addPod(info, node.name);
  const total = totals?.[feasible.indexOf(node)] ?? 0;
  return { node: node.name, total, feasible: feasible.length, evaluated };
}
