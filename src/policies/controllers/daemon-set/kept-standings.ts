import type { Change } from '../../../sim/api/change.ts';
import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import type { ControllerLister } from '../../../sim/policy-api/controllers.ts';
import { NodeStandings } from './node-standings.ts';

interface Kept {
  readonly standings: NodeStandings;
  /** Of these a sync that begins takes the newest version: one that is under way goes on with those it began with. */
  readonly nodesChanged: Set<string>;
}

/** How nodes stand to every DaemonSet that was synced. */
export class KeptStandings {
  readonly #nodes: ControllerLister<'Node'>;
  readonly #ofSet = new Map<string, Kept>();

  constructor(nodes: ControllerLister<'Node'>) {
    this.#nodes = nodes;
  }

  nodeChanged({ type, object }: Change<'Node'>): void {
    const { name } = object.metadata;
    for (const { nodesChanged } of this.#ofSet.values()) {
      // New nodes stand in the order in which they came.
      if (type === 'ADDED') nodesChanged.delete(name);
      nodesChanged.add(name);
    }
  }

  podsChanged(setUid: string, node: string): void {
    this.#ofSet.get(setUid)?.standings.podsChanged(node);
  }

  forget(setUid: string): void {
    this.#ofSet.delete(setUid);
  }

  /** With the nodes as they are now; nobody has looked yet. */
  begin({ metadata }: DaemonSet): NodeStandings {
    const kept = this.#ofSet.get(metadata.uid);
    if (kept === undefined) {
      const standings = new NodeStandings(this.#nodes.list());
      this.#ofSet.set(metadata.uid, { standings, nodesChanged: new Set() });
      return standings;
    }
    for (const name of kept.nodesChanged) kept.standings.take(name, this.#nodes.get(name));
    kept.nodesChanged.clear();
    return kept.standings;
  }
}
