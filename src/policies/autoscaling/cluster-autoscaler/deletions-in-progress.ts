import type { Pod } from '../../../sim/api/pod.ts';
import type { RemovableNode } from './removal.ts';

/** A node that is being deleted. Microseconds. */
export interface Deletion {
  readonly removable: RemovableNode;
  readonly group: string;
  readonly isDrained: boolean;
  phase: 'tainted' | 'evicting' | 'waiting';
  /** Until when refused evictions are tried again, or pods are waited for. */
  until: number;
  /** Pods whose eviction has not been granted. */
  refused: readonly Pod[];
  /** Pods whose end is waited for. */
  evicted: readonly Pod[];
}

/** The nodes that are being deleted, from their taint until the cloud has been told. */
export class DeletionsInProgress {
  readonly #byNode = new Map<string, Deletion>();

  begin(removable: RemovableNode, group: string, isDrained: boolean): void {
    const deletion: Deletion = {
      removable,
      group,
      isDrained,
      phase: 'tainted',
      until: Infinity,
      refused: [],
      evicted: [],
    };
    this.#byNode.set(removable.node.metadata.name, deletion);
  }

  end(nodeName: string): void {
    this.#byNode.delete(nodeName);
  }

  has(nodeName: string): boolean {
    return this.#byNode.has(nodeName);
  }

  get(nodeName: string): Deletion | undefined {
    return this.#byNode.get(nodeName);
  }

  /** Nodes that are being drained. */
  get drained(): readonly string[] {
    return [...this.#byNode].filter(([, { isDrained }]) => isDrained).map(([name]) => name);
  }

  get size(): number {
    return this.#byNode.size;
  }

  countOf(group: string): number {
    let count = 0;
    for (const deletion of this.#byNode.values()) if (deletion.group === group) count++;
    return count;
  }

  /** How many more nodes may begin: empty ones, and those that have to be drained. */
  crop<T>(
    empty: readonly T[],
    drain: readonly T[],
    most: { readonly parallel: number; readonly drained: number },
  ): { readonly empty: readonly T[]; readonly drain: readonly T[] } {
    const room = Math.max(0, most.parallel - this.size);
    const now = empty.slice(0, room);
    const left = Math.min(room - now.length, most.drained - this.drained.length);
    return { empty: now, drain: drain.slice(0, Math.max(0, left)) };
  }
}
