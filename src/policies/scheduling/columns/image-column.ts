import type { ScorePlugin } from '../../../sim/policy-api/scheduling.ts';
import { CycleScratch } from '../framework/cycle-state.ts';
import type { PodFacts } from '../framework/pod-info.ts';
import { grownIntegers, type NodeColumns } from './node-columns.ts';

/** ImageLocality's score of each node, for pods of one template; current as long as a row's image counts are. */
export class ImageColumn {
  /** Pairs by slot: the stamp for which the score was computed, and the score. Empty until some node has an image. */
  #entries = new Int32Array(0);
  readonly #columns: NodeColumns;
  readonly #plugin: ScorePlugin;
  readonly #pod: PodFacts;
  readonly #state = new CycleScratch();
  #nodes = 0;

  constructor(columns: NodeColumns, plugin: ScorePlugin, pod: PodFacts) {
    this.#columns = columns;
    this.#plugin = plugin;
    this.#pod = pod;
  }

  /** The share of nodes with an image changes with the number of nodes. */
  prepare(): void {
    const wanted = 2 * this.#columns.capacity;
    if (this.#entries.length < wanted) this.#entries = grownIntegers(this.#entries, wanted);
    const nodes = this.#columns.order.length;
    if (nodes === this.#nodes) return;
    this.#nodes = nodes;
    this.#entries.fill(0);
  }

  at(slot: number): number {
    const stamp = this.#columns.imageStamp[slot]!;
    if (this.#entries[2 * slot] === stamp) return this.#entries[2 * slot + 1]!;
    const score = this.#plugin.score(this.#state, this.#pod, this.#columns.nodes[slot]!);
    this.#entries[2 * slot] = stamp;
    this.#entries[2 * slot + 1] = score;
    return score;
  }
}
