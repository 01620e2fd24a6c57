import type { Node } from '../../../sim/api/node.ts';

const LABEL_ZONE_BETA = 'failure-domain.beta.kubernetes.io/zone';
const LABEL_REGION_BETA = 'failure-domain.beta.kubernetes.io/region';
const LABEL_ZONE = 'topology.kubernetes.io/zone';
const LABEL_REGION = 'topology.kubernetes.io/region';

/** Region and zone as one key; `''` when the node names neither. The old labels win where they exist. */
export function zoneKeyOf(node: Node): string {
  const { labels } = node.metadata;
  const zone = labels[LABEL_ZONE_BETA] ?? labels[LABEL_ZONE] ?? '';
  const region = labels[LABEL_REGION_BETA] ?? labels[LABEL_REGION] ?? '';
  return zone === '' && region === '' ? '' : `${region}:\0:${zone}`;
}

/** Node names by zone, in kube-scheduler's order (semantics sheet 4.1). */
export class NodeTree {
  readonly #zones = new Map<string, Set<string>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(node: Node): void {
    const key = zoneKeyOf(node);
    let names = this.#zones.get(key);
    if (names === undefined) {
      names = new Set();
      this.#zones.set(key, names);
    }
    if (names.has(node.metadata.name)) return;
    names.add(node.metadata.name);
    this.#size++;
  }

  /** `node` as it was when it was added. */
  remove(node: Node): void {
    const key = zoneKeyOf(node);
    const names = this.#zones.get(key);
    if (names === undefined || !names.delete(node.metadata.name)) return;
    this.#size--;
    if (names.size === 0) this.#zones.delete(key);
  }

  update(old: Node, node: Node): void {
    if (zoneKeyOf(old) === zoneKeyOf(node)) return;
    this.remove(old);
    this.add(node);
  }

  /** The k-th node of every zone in turn, for k = 0, 1, 2, … */
  list(): string[] {
    const zones: string[][] = [];
    let longest = 0;
    for (const names of this.#zones.values()) {
      zones.push([...names]);
      longest = Math.max(longest, names.size);
    }
    const order: string[] = [];
    for (let k = 0; k < longest; k++) for (const names of zones) if (k < names.length) order.push(names[k]!);
    return order;
  }
}
