import type { Change } from '../../sim/api/change.ts';
import { sameData } from '../../sim/api/equality.ts';
import { keyOf } from '../../sim/api/kinds.ts';
import type { Node, Taint } from '../../sim/api/node.ts';
import type { Pod } from '../../sim/api/pod.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { disruptionTarget } from './disrupted-pod.ts';
import { PodsOnNodes } from './pods-on-nodes.ts';
import { ask } from './requests.ts';
import { toleranceMicros } from './taint-eviction/tolerance.ts';

const ATTEMPTS = 5;
const RETRY_MICROS = 10_000;
const MESSAGE = 'Taint manager: deleting due to NoExecute taint';

/** A deletion that is planned, or has been done. */
interface Plan {
  readonly uid: string;
  readonly createdAt: number;
  readonly fireAt: number;
  attempts: number;
  done: boolean;
}

/** Deletes pods from nodes with NoExecute taints when their tolerations run out (kubernetes-behaviour.md 3.10). */
export const taintEviction: ControllerFactory = (host) => new TaintEviction(host);

class TaintEviction implements Controller {
  readonly name = 'taint-eviction';
  /** Eight workers look at nodes and pods; each deletion has a worker of its own. */
  readonly workers = 64;
  readonly handlers = {
    Node: (change: Change<'Node'>) => this.#nodeChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
  };
  readonly #host: ControllerHost;
  readonly #nodes: ControllerLister<'Node'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #podsOnNodes: PodsOnNodes;
  readonly #tainted = new Map<string, readonly Taint[]>();
  /** By key of the pod. */
  readonly #plans = new Map<string, Plan>();

  constructor(host: ControllerHost) {
    this.#host = host;
    this.#nodes = host.lister('Node');
    this.#pods = host.lister('Pod');
    this.#podsOnNodes = new PodsOnNodes(this.#pods);
  }

  // ---- What happens to the queue ----

  #nodeChanged({ type, object, previous }: Change<'Node'>): void {
    if (previous?.spec.taints === object.spec.taints && type === 'MODIFIED') return;
    const after = type === 'DELETED' ? [] : noExecuteTaints(object);
    const before = previous === undefined ? [] : noExecuteTaints(previous);
    if (type !== 'DELETED' && sameData(before, after)) return;
    this.#host.enqueue(`node ${object.metadata.name}`);
  }

  #podChanged(change: Change<'Pod'>): void {
    this.#podsOnNodes.apply(change);
    if (this.#tainted.size === 0 && this.#plans.size === 0) return;
    const { type, object, previous } = change;
    const key = change.key ?? keyOf(object);
    if (type === 'DELETED') {
      this.#cancel(key, object);
      return;
    }
    const { nodeName } = object.spec;
    if (nodeName === undefined || !this.#tainted.has(nodeName)) return;
    const sameNode = previous?.spec.nodeName === nodeName;
    if (sameNode && previous.spec.tolerations === object.spec.tolerations) return;
    this.#host.enqueue(`pod ${key}`);
  }

  #cancel(key: string, pod: Pod): void {
    const plan = this.#plans.get(key);
    if (plan === undefined) return;
    this.#plans.delete(key);
    if (plan.done || plan.fireAt <= this.#host.now()) return;
    this.#host.record(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
  }

  // ---- The syncs ----

  *sync(key: string): SyncSteps {
    const at = key.indexOf(' ');
    const name = key.slice(at + 1);
    switch (key.slice(0, at)) {
      case 'node':
        this.#lookAtNode(name);
        return;
      case 'pod':
        this.#lookAtPod(name);
        return;
      default:
        yield* this.#evict(name);
    }
  }

  #lookAtNode(name: string): void {
    const node = this.#nodes.get(name);
    const taints = node === undefined ? [] : noExecuteTaints(node);
    if (taints.length === 0) this.#tainted.delete(name);
    else this.#tainted.set(name, taints);
    if (node !== undefined) {
      const now = this.#host.now();
      for (const pod of this.#podsOnNodes.of(name)) {
        if (taints.length === 0) this.#cancel(keyOf(pod), pod);
        else this.#plan(pod, taints, now);
      }
    }
    if (this.#tainted.size === 0) this.#podsOnNodes.drop();
  }

  #lookAtPod(key: string): void {
    const pod = this.#pods.get(key);
    const taints = pod?.spec.nodeName === undefined ? undefined : this.#tainted.get(pod.spec.nodeName);
    if (pod !== undefined && taints !== undefined) this.#plan(pod, taints, this.#host.now());
  }

  #plan(pod: Pod, taints: readonly Taint[], now: number): void {
    const key = keyOf(pod);
    const tolerance = toleranceMicros(taints, pod.spec.tolerations);
    const planned = this.#plans.get(key);
    if (tolerance === 0) {
      if (planned !== undefined && planned.fireAt > now) this.#cancel(key, pod);
      this.#schedule(key, pod, now, now);
    } else if (tolerance === Infinity) {
      this.#cancel(key, pod);
    } else if (planned === undefined) {
      this.#schedule(key, pod, now, now + tolerance);
    } else if (planned.createdAt === now) {
      this.#cancel(key, pod);
      this.#schedule(key, pod, now, now + tolerance);
    }
  }

  #schedule(key: string, pod: Pod, createdAt: number, fireAt: number): void {
    if (this.#plans.has(key)) return;
    this.#plans.set(key, { uid: pod.metadata.uid, createdAt, fireAt, attempts: 0, done: false });
    this.#host.enqueueAfter(`evict ${key}`, fireAt - this.#host.now());
  }

  *#evict(key: string): Steps<void> {
    const plan = this.#plans.get(key);
    const now = this.#host.now();
    if (plan === undefined || plan.done) return;
    if (plan.fireAt > now) {
      this.#host.enqueueAfter(`evict ${key}`, plan.fireAt - now);
      return;
    }
    if (plan.attempts === 0) {
      const known = this.#pods.get(key);
      if (known !== undefined) {
        this.#host.record(known, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
      }
    }
    plan.attempts++;
    if (yield* this.#markAndDelete(key)) plan.done = true;
    else if (plan.attempts < ATTEMPTS) this.#host.enqueueAfter(`evict ${key}`, RETRY_MICROS);
    else if (this.#plans.get(key) === plan) this.#plans.delete(key);
  }

  *#markAndDelete(key: string): Steps<boolean> {
    const read = yield* ask({ verb: 'get', kind: 'Pod', key });
    if (!read.ok) return false;
    const pod = read.object as Pod;
    const condition = disruptionTarget(pod, 'DeletionByTaintManager', MESSAGE, this.#host.now());
    if (condition !== undefined) {
      const { uid } = pod.metadata;
      const marked = yield* ask({ verb: 'patch-status', kind: 'Pod', key, uid, status: { conditions: [condition] } });
      if (!marked.ok) return false;
    }
    const deleted = yield* ask({ verb: 'delete', kind: 'Pod', key });
    return deleted.ok;
  }
}

function noExecuteTaints({ spec }: Node): readonly Taint[] {
  return (spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}
