import type { Node } from '../../../sim/api/node.ts';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import type { CacheObserver } from '../framework/cache-observer.ts';
import type { NodeState } from '../framework/node-info.ts';
import type { PodFacts } from '../framework/pod-info.ts';
import { NodeColumns } from './node-columns.ts';
import { PodIndex } from './pod-index.ts';

/** Keeps columns and counts in step with the scheduler's cache. */
export class ColumnEngine implements CacheObserver {
  readonly columns = new NodeColumns();
  readonly index = new PodIndex(this.columns);

  podAdded(node: NodeState, pod: PodInfo): void {
    if (node.slot < 0) return;
    this.columns.writeUsage(node.slot);
    this.index.podAdded(node.slot, pod as PodFacts);
  }

  podRemoved(node: NodeState, pod: PodInfo): void {
    if (node.slot < 0) return;
    this.columns.writeUsage(node.slot);
    this.index.podRemoved(node.slot, pod as PodFacts);
  }

  nodeUpdated(node: NodeState, old: Node): void {
    if (node.slot < 0) return;
    const { metadata, spec, status } = node.node;
    if (status.allocatable !== old.status.allocatable) this.columns.writeAllocatable(node.slot);
    if (metadata.labels !== old.metadata.labels || spec !== old.spec) this.columns.nodeChanged(node.slot);
  }

  imagesFrozen(node: NodeState): void {
    this.columns.anyImages = true;
    if (node.slot >= 0) this.columns.imageStamp[node.slot] = this.columns.nextStamp();
  }

  reordered(nodes: readonly NodeState[]): void {
    const { columns, index } = this;
    const present = new Set(nodes);
    for (let slot = 0; slot < columns.size; slot++) {
      const node = columns.nodes[slot];
      if (node !== undefined && !present.has(node)) columns.vacate(node);
    }
    const newcomers = nodes.filter((node) => node.slot < 0);
    for (const node of newcomers) columns.occupy(node);
    index.reserve();
    for (const node of newcomers) for (const pod of node.pods) index.podAdded(node.slot, pod as PodFacts);
    columns.setOrder(nodes);
  }
}
