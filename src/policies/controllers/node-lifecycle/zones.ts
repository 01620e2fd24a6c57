import type { ConditionStatus } from '../../../sim/api/meta.ts';
import type { Node } from '../../../sim/api/node.ts';
import { conditionStatus } from '../../../sim/api/pod.ts';
import type { NodeLifecycleSettings } from './settings.ts';
import { TaintQueue } from './taint-queue.ts';
import { isExcludedFromDisruption, zoneOf } from './taints.ts';
import { evictionRate, stateOfZone, type ZoneState } from './zone-state.ts';

interface Zone {
  state: ZoneState;
  readonly queue: TaintQueue;
}

/** The zones of the cluster: how they are, and which of their nodes wait for a NoExecute taint. */
export class Zones {
  readonly #settings: NodeLifecycleSettings;
  readonly #zones = new Map<string, Zone>();
  /** What the present pass has made of nodes, ahead of the cache. */
  readonly #judged = new Map<string, ConditionStatus | undefined>();

  constructor(settings: NodeLifecycleSettings) {
    this.#settings = settings;
  }

  /** A zone is known from its first node on. */
  admit(node: Node): void {
    const name = zoneOf(node);
    if (this.#zones.has(name)) return;
    this.#zones.set(name, { state: 'Initial', queue: new TaintQueue(this.#settings.nodeEvictionRate) });
  }

  queueOf(node: Node): TaintQueue {
    this.admit(node);
    return this.#zones.get(zoneOf(node))!.queue;
  }

  *queues(): Generator<TaintQueue> {
    for (const { queue } of this.#zones.values()) yield queue;
  }

  /** When the next node may be tainted; undefined: none. */
  get nextTaintAt(): number | undefined {
    let earliest: number | undefined;
    for (const { queue } of this.#zones.values()) {
      const at = queue.nextAt;
      if (at !== undefined && (earliest === undefined || at < earliest)) earliest = at;
    }
    return earliest;
  }

  judged(nodeName: string, ready: ConditionStatus | undefined): void {
    this.#judged.set(nodeName, ready);
  }

  /**
   * The states at the end of a pass. `leave` is called when the cluster is no longer down as a whole. True: it is from
   * now on, nothing is to be evicted, and the taints there were before the pass have to go.
   */
  handleDisruption(nodes: readonly Node[], now: number, leave: () => void): boolean {
    const counts = this.#count(nodes);
    this.#judged.clear();
    let allAre = true;
    const next = new Map<string, ZoneState>();
    for (const [name, { ready, notReady }] of counts) {
      const state = stateOfZone(ready, notReady, this.#settings);
      next.set(name, state);
      if (state !== 'FullDisruption') allAre = false;
    }
    let allWere = true;
    for (const [name, zone] of this.#zones) if (counts.has(name) && zone.state !== 'FullDisruption') allWere = false;
    if (allAre && allWere) return false;
    if (allAre) {
      for (const [name, zone] of this.#zones) {
        for (const node of nodes) zone.queue.remove(node.metadata.name);
        if (!counts.has(name)) continue;
        zone.queue.swapRate(0, now);
        zone.state = 'FullDisruption';
      }
      return true;
    }
    if (allWere) leave();
    for (const [name, zone] of this.#zones) {
      const count = counts.get(name);
      const state = next.get(name);
      if (count === undefined || state === undefined || (!allWere && state === zone.state)) continue;
      zone.queue.swapRate(evictionRate(state, count.ready + count.notReady, this.#settings), now);
      zone.state = state;
    }
    return false;
  }

  #count(nodes: readonly Node[]): Map<string, { ready: number; notReady: number }> {
    const counts = new Map<string, { ready: number; notReady: number }>();
    for (const node of nodes) {
      if (isExcludedFromDisruption(node)) continue;
      const name = zoneOf(node);
      let count = counts.get(name);
      if (count === undefined) counts.set(name, (count = { ready: 0, notReady: 0 }));
      const nodeName = node.metadata.name;
      const ready = this.#judged.has(nodeName)
        ? this.#judged.get(nodeName)
        : conditionStatus(node.status.conditions, 'Ready');
      if (ready === 'True') count.ready++;
      else count.notReady++;
    }
    return counts;
  }
}
