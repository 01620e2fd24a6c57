import type { NodeStatuses } from '../../../sim/policy-api/scheduling.ts';
import { isRejection, unresolvable, Code, type Status } from '../../../sim/policy-api/status.ts';

/** What a status says when it is printed. */
export function statusMessage(status: Status): string {
  return status.reasons.join(', ');
}

/** Node statuses as the search collects them. */
export class NodeToStatus implements NodeStatuses {
  absent: Status = unresolvable();
  #explicit: Map<string, Status> | undefined;

  get explicit(): Map<string, Status> {
    return (this.#explicit ??= this.fill());
  }

  /** What the map of statuses starts with, when somebody asks for it. */
  protected fill(): Map<string, Status> {
    return new Map();
  }

  /** Nodes that were looked at. */
  get size(): number {
    return this.explicit.size;
  }

  get(nodeName: string): Status {
    return this.explicit.get(nodeName) ?? this.absent;
  }

  tally(): Iterable<readonly [Status, number]> {
    const counts = new Map<Status, number>();
    for (const status of this.explicit.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
    return counts;
  }
}

/** Why a cycle found no node. */
export class Diagnosis {
  readonly statuses: NodeToStatus;
  readonly unschedulablePlugins = new Set<string>();
  readonly pendingPlugins = new Set<string>();
  preFilterMessage = '';
  postFilterMessage = '';

  constructor(statuses: NodeToStatus = new NodeToStatus()) {
    this.statuses = statuses;
  }

  /** Notes who rejected; a status without a plugin notes nobody. */
  addRejector(status: Status): void {
    if (status.plugin === undefined || !isRejection(status)) return;
    if (status.code === Code.Pending) this.pendingPlugins.add(status.plugin);
    else this.unschedulablePlugins.add(status.plugin);
  }
}

/**
 * The text that ends in the pod's condition and its FailedScheduling event: how many of the nodes were refused for which
 * reason, sorted by the text of each part (semantics sheet 1.8).
 */
export function fitErrorMessage(
  totalNodes: number,
  diagnosis: Pick<Diagnosis, 'preFilterMessage' | 'postFilterMessage'> & {
    readonly statuses: Pick<NodeStatuses, 'absent' | 'tally'>;
  },
): string {
  let message = `0/${totalNodes} nodes are available:`;
  if (diagnosis.preFilterMessage !== '') {
    message += ` ${diagnosis.preFilterMessage}.`;
  } else {
    const parts = reasonCounts(totalNodes, diagnosis.statuses);
    if (parts.length > 0) message += ` ${parts.join(', ')}.`;
  }
  if (diagnosis.postFilterMessage !== '') message += ` ${diagnosis.postFilterMessage}`;
  return message;
}

function reasonCounts(totalNodes: number, statuses: Pick<NodeStatuses, 'absent' | 'tally'>): string[] {
  const counts = new Map<string, number>();
  const count = (reason: string, by: number): void => void counts.set(reason, (counts.get(reason) ?? 0) + by);
  let others = totalNodes;
  for (const [status, times] of statuses.tally()) {
    others -= times;
    for (const reason of status.reasons) count(reason, times);
  }
  if (others > 0) for (const reason of statuses.absent.reasons) count(reason, others);
  const parts: string[] = [];
  for (const [reason, times] of counts) parts.push(`${times} ${reason}`);
  return parts.sort();
}
