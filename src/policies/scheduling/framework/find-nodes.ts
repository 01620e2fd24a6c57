import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { Code, unresolvable, type Status } from '../../../sim/policy-api/status.ts';
import type { CycleScratch } from './cycle-state.ts';
import { Diagnosis, statusMessage } from './fit-error.ts';
import type { Framework } from './framework.ts';
import type { NodeState } from './node-info.ts';
import { numFeasibleNodesToFind } from './num-feasible-nodes.ts';
import type { NodeSnapshot } from './snapshot.ts';

/** Where the next search starts: one number for the whole scheduler, whatever becomes of the nodes. */
export interface SearchCursor {
  nextStartNodeIndex: number;
}

export interface FoundNodes {
  /** An error ended the search; nothing else is to be read. */
  readonly status: Status | undefined;
  /** In the order found. */
  readonly feasible: NodeState[];
  readonly diagnosis: Diagnosis;
}

/**
 * The nodes a pod can go to, as kube-scheduler with parallelism 1 finds them: the nominated node alone if it fits, else a
 * walk from the start index that ends when one node more than wanted is met (semantics sheet 1.4, 4.3 to 4.6).
 */
export function findNodesThatFit(
  framework: Framework,
  snapshot: NodeSnapshot,
  cursor: SearchCursor,
  state: CycleScratch,
  pod: PodInfo,
): FoundNodes {
  const diagnosis = new Diagnosis();
  const preFilter = framework.runPreFilter(state, pod);
  for (const plugin of preFilter.restrictedBy) diagnosis.unschedulablePlugins.add(plugin);
  if (preFilter.status !== undefined) {
    if (preFilter.status.code === Code.Error) return { status: preFilter.status, feasible: [], diagnosis };
    diagnosis.statuses.absent = preFilter.status;
    diagnosis.preFilterMessage = statusMessage(preFilter.status);
    diagnosis.addRejector(preFilter.status);
    return { status: undefined, feasible: [], diagnosis };
  }

  const nominated = pod.pod.status.nominatedNodeName;
  if (nominated !== undefined && nominated !== '') {
    const node = snapshot.get(nominated);
    if (node !== undefined) {
      const status = framework.runFilterWithNominated(state, pod, node);
      if (status === undefined) return { status: undefined, feasible: [node], diagnosis };
      if (status.code !== Code.Error) {
        diagnosis.statuses.explicit.set(node.name, status);
        diagnosis.addRejector(status);
      }
    }
  }

  let candidates: readonly NodeState[] = snapshot.nodes;
  if (preFilter.nodeNames !== undefined) {
    const { nodeNames } = preFilter;
    candidates = candidates.filter((node) => nodeNames.has(node.name));
    diagnosis.statuses.absent = unresolvable(`node(s) didn't satisfy plugin(s) [${preFilter.restrictedBy.join(' ')}]`);
  }
  return search(framework, snapshot, cursor, state, pod, candidates, diagnosis);
}

function search(
  framework: Framework,
  snapshot: NodeSnapshot,
  cursor: SearchCursor,
  state: CycleScratch,
  pod: PodInfo,
  candidates: readonly NodeState[],
  diagnosis: Diagnosis,
): FoundNodes {
  const total = candidates.length;
  const nothingToCompare = framework.plugins.score.length === 0;
  const wanted = nothingToCompare ? 1 : numFeasibleNodesToFind(total, framework.percentageOfNodesToScore);
  const hasFilters = framework.plugins.filter.length > 0;
  const feasible: NodeState[] = [];
  let failure: Status | undefined;
  for (let i = 0; i < total; i++) {
    const node = candidates[(cursor.nextStartNodeIndex + i) % total]!;
    if (!hasFilters && feasible.length === wanted) break;
    const status = framework.runFilterWithNominated(state, pod, node);
    if (status === undefined) {
      if (feasible.length === wanted) break;
      feasible.push(node);
    } else if (status.code === Code.Error) {
      failure = status;
      break;
    } else {
      diagnosis.statuses.explicit.set(node.name, status);
      diagnosis.addRejector(status);
    }
  }
  const passed = feasible.length + diagnosis.statuses.explicit.size;
  if (snapshot.nodes.length > 0) {
    cursor.nextStartNodeIndex = (cursor.nextStartNodeIndex + passed) % snapshot.nodes.length;
  }
  return { status: failure, feasible, diagnosis };
}
