import type { Change } from '../../sim/api/change.ts';
import type { Node } from '../../sim/api/node.ts';
import type { Controller, ControllerFactory, ControllerHost, SyncSteps } from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { ask } from './requests.ts';

const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** How long kubelets may keep Secrets and ConfigMaps, by the number of nodes; the sizes overlap so that nothing flaps. */
const STEPS: readonly { readonly least: number; readonly most: number; readonly seconds: number }[] = [
  { least: 0, most: 100, seconds: 0 },
  { least: 90, most: 500, seconds: 15 },
  { least: 450, most: 1_000, seconds: 30 },
  { least: 900, most: 2_000, seconds: 60 },
  { least: 1_800, most: Infinity, seconds: 300 },
];

/**
 * Tells every node in an annotation how long it may keep Secrets and ConfigMaps (kubernetes-behaviour.md 3.13). A node
 * hears of another size of the cluster with its own next change.
 */
export const ttl: ControllerFactory = (host) => new Ttl(host);

class Ttl implements Controller {
  readonly name = 'ttl';
  readonly eventSource = 'ttl-controller';
  readonly workers = 5;
  readonly handlers = { Node: (change: Change<'Node'>) => this.#nodeChanged(change) };
  readonly #host: ControllerHost;
  /** Nodes that were there before the run: told long ago what held at its beginning. */
  readonly #told = new Set<string>();
  #count = 0;
  #step = 0;
  #stepAtFirst = 0;

  constructor(host: ControllerHost) {
    this.#host = host;
  }

  #nodeChanged({ type, object: node, previous }: Change<'Node'>): void {
    const { name } = node.metadata;
    if (type === 'DELETED') {
      this.#told.delete(name);
      this.#count--;
      if (this.#count < STEPS[this.#step]!.least) this.#step--;
      return;
    }
    if (previous === undefined) {
      this.#count++;
      if (this.#count > STEPS[this.#step]!.most) this.#step++;
      if (this.#host.now() === 0) {
        this.#told.add(name);
        this.#stepAtFirst = this.#step;
        return;
      }
    }
    if (this.#heard(node) !== this.#wanted()) this.#host.enqueue(name);
  }

  #wanted(): string {
    return String(STEPS[this.#step]!.seconds);
  }

  #heard({ metadata }: Node): string | undefined {
    const written = metadata.annotations[ANNOTATION];
    if (written !== undefined || !this.#told.has(metadata.name)) return written;
    return String(STEPS[this.#stepAtFirst]!.seconds);
  }

  *sync(name: string): SyncSteps {
    const node = this.#host.lister('Node').get(name);
    const wanted = this.#wanted();
    if (node === undefined || this.#heard(node) === wanted) return;
    const answer = yield* ask({
      verb: 'patch',
      kind: 'Node',
      key: name,
      patchType: 'strategic',
      patch: { metadata: { annotations: { [ANNOTATION]: wanted } } },
    });
    if (!answer.ok && answer.reason !== 'NotFound') throw new SyncError(answer.message);
  }
}
