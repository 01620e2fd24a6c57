import type { Node } from '../../../sim/api/node.ts';
import type { PodSpec } from '../../../sim/api/pod.ts';
import type { PodsByNode } from './daemon-pods.ts';
import { QUESTIONS, Standing, standingOf, type Subject } from './standing.ts';

interface Place {
  node: Node | undefined;
  /** Nodes stand in the order in which they came. */
  order: number;
  standing: number;
}

/**
 * How every node stands to a DaemonSet, and how many stand so: kept from one sync to the next, and only nodes about which
 * something changed are looked at again. A sync would otherwise walk all nodes several times over, and there is one for
 * nearly every change of a pod. Held equal to the walk in `test/oracle/daemon-set-walk.ts`.
 */
export class NodeStandings {
  readonly #places = new Map<string, Place>();
  readonly #counts = new Int32Array(QUESTIONS);
  readonly #needy = new Set<string>();
  readonly #ripening = new Set<string>();
  /** To be looked at again before anybody asks. */
  readonly #changed = new Set<string>();
  #came = 0;
  #judgedBy: readonly [PodSpec, number, string] | undefined;
  #pods: PodsByNode = new Map();

  constructor(nodes: Iterable<Node>) {
    for (const node of nodes) this.take(node.metadata.name, node);
  }

  /** All pods, by node, as of the last look. */
  get pods(): PodsByNode {
    return this.#pods;
  }

  /** The node is so now, or, undefined, there is none of this name any more. */
  take(name: string, node: Node | undefined): void {
    const place = this.#placeOf(name);
    if (node !== undefined && place.node?.metadata.uid !== node.metadata.uid) place.order = this.#came++;
    place.node = node;
    this.#changed.add(name);
  }

  /** Something changed about the pods of this node. */
  podsChanged(name: string): void {
    this.#changed.add(name);
  }

  /** Judges what has changed since the last look, or all where it is to be judged by something else. */
  look(subject: Subject, pods: PodsByNode): this {
    this.#pods = pods;
    const { template, minReadySeconds } = subject.set.spec;
    const [spec, seconds, hash] = this.#judgedBy ?? [];
    if (spec !== template.spec || seconds !== minReadySeconds || hash !== subject.hash) {
      this.#judgedBy = [template.spec, minReadySeconds, subject.hash];
      for (const name of this.#places.keys()) this.#changed.add(name);
      for (const name of pods.keys()) this.#changed.add(name);
    }
    for (const name of this.#ripening) this.#changed.add(name);
    for (const name of this.#changed) this.#judge(subject, name);
    this.#changed.clear();
    return this;
  }

  /** How many stand so: one of {@link Standing}. */
  count(question: number): number {
    return this.#counts[31 - Math.clz32(question)]!;
  }

  is(name: string, question: number): boolean {
    return ((this.#places.get(name)?.standing ?? 0) & question) !== 0;
  }

  nodes(): Node[] {
    return inOrder([...this.#places.values()]);
  }

  needy(): Node[] {
    return inOrder(Array.from(this.#needy, (name) => this.#places.get(name)!));
  }

  #judge(subject: Subject, name: string): void {
    const place = this.#placeOf(name);
    const pods = this.#pods.get(name);
    const standing = standingOf(subject, place.node, pods);
    const differs = standing ^ place.standing;
    place.standing = standing;
    for (let rest = differs; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      this.#counts[31 - Math.clz32(bit)]! += (standing & bit) === 0 ? -1 : 1;
    }
    keep(this.#needy, name, differs & Standing.Needy, standing);
    keep(this.#ripening, name, differs & Standing.Ripening, standing);
    if (place.node === undefined && pods === undefined) this.#places.delete(name);
  }

  #placeOf(name: string): Place {
    let place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, (place = { node: undefined, order: 0, standing: 0 }));
    return place;
  }
}

function keep(names: Set<string>, name: string, bit: number, standing: number): void {
  if (bit === 0) return;
  if ((standing & bit) !== 0) names.add(name);
  else names.delete(name);
}

function inOrder(places: Place[]): Node[] {
  return places.sort((a, b) => a.order - b.order).flatMap(({ node }) => (node === undefined ? [] : [node]));
}
