import type { Node } from '../../../sim/api/node.ts';

interface Image {
  /** As reported by the first node that had it. */
  readonly sizeBytes: number;
  readonly nodes: Set<string>;
}

/** Which nodes have which image. */
export class ImageStates {
  readonly #images = new Map<string, Image>();
  /** Grows with every change. */
  version = 0;

  add(node: Node): void {
    for (const image of node.status.images ?? []) {
      for (const name of image.names) {
        const known = this.#images.get(name);
        if (known === undefined) {
          this.#images.set(name, { sizeBytes: image.sizeBytes ?? 0, nodes: new Set([node.metadata.name]) });
        } else {
          known.nodes.add(node.metadata.name);
        }
        this.version++;
      }
    }
  }

  remove(node: Node): void {
    for (const image of node.status.images ?? []) {
      for (const name of image.names) {
        const known = this.#images.get(name);
        if (known === undefined) continue;
        known.nodes.delete(node.metadata.name);
        if (known.nodes.size === 0) this.#images.delete(name);
        this.version++;
      }
    }
  }

  /** A node's images with the counts of this moment. */
  freeze(node: Node): Map<string, { sizeBytes: number; numNodes: number }> {
    const frozen = new Map<string, { sizeBytes: number; numNodes: number }>();
    for (const image of node.status.images ?? []) {
      for (const name of image.names) {
        const known = this.#images.get(name);
        if (known !== undefined) frozen.set(name, { sizeBytes: known.sizeBytes, numNodes: known.nodes.size });
      }
    }
    return frozen;
  }
}
