import type { Node } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { ControllerHost } from '../../../sim/policy-api/controllers.ts';
import type { ListedKinds, Lister, NodeInfo, PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { SCHEDULER_INFORMERS } from '../../../sim/policy-api/scheduler.ts';
import { unresolvable, type Status } from '../../../sim/policy-api/status.ts';
import { defaultSchedulerConfiguration } from '../../scheduling/configuration/read-configuration.ts';
import { SchedulerCache } from '../../scheduling/framework/cache.ts';
import { CycleScratch } from '../../scheduling/framework/cycle-state.ts';
import { Framework } from '../../scheduling/framework/framework.ts';
import { Nominator } from '../../scheduling/framework/nominator.ts';
import { podInfoOf } from '../../scheduling/framework/pod-info.ts';
import { SpecTable } from '../../scheduling/framework/spec-table.ts';
import { resolvePlugins } from '../../scheduling/profile.ts';
import { IN_TREE_PLUGINS } from '../../scheduling/registry.ts';

const REASON_NODE_NAME = "node(s) didn't match Pod's node affinity/selector";

/**
 * A cluster to try things out on: what the informers say, changed at will and changed back. Whether a pod fits is asked of
 * the Filter plugins of kube-scheduler's default profile, as cluster-autoscaler does.
 */
export class ClusterSnapshot {
  readonly #cache = new SchedulerCache();
  readonly #specs = new SpecTable();
  readonly #framework: Framework;
  /** How to take back what was done since each fork. */
  readonly #forks: (() => void)[][] = [];
  readonly #known = new Map<string, Node>();
  readonly #placed = new Map<string, { readonly pod: Pod; readonly nodeName: string }>();
  /** Nodes that were made up. With those of the cluster, in the order in which they came, they are searched. */
  readonly #added: string[] = [];
  /** Where the next search for a node begins. */
  #cursor = 0;

  constructor(host: ControllerHost) {
    // Plugins look things up in the middle of a trial: the informers have to be there.
    const listers = new Map(SCHEDULER_INFORMERS.map((kind) => [kind, host.lister(kind)] as const));
    const lister = <K extends keyof ListedKinds>(kind: K): Lister<K> =>
      (listers.get(kind) ?? host.lister(kind)) as unknown as Lister<K>;
    const [profile] = defaultSchedulerConfiguration().profiles;
    this.#framework = new Framework(
      { schedulerName: 'default-scheduler', percentageOfNodesToScore: 0 },
      {
        snapshot: this.#cache.snapshot,
        nominator: new Nominator(),
        lister,
        now: () => host.now(),
        featureGates: {},
        random: () => ({ next: () => host.random(), below: (n) => Math.floor(host.random() * n) }),
      },
      (handleOf) => resolvePlugins(profile!, IN_TREE_PLUGINS, handleOf),
    );
  }

  /** Makes the snapshot what the cluster is. Nothing may be forked. */
  setClusterState(nodes: readonly Node[], pods: Iterable<{ readonly pod: Pod; readonly nodeName: string }>): void {
    this.#cursor = 0;
    const there = new Set<string>();
    for (const node of nodes) {
      const { name } = node.metadata;
      there.add(name);
      if (this.#known.get(name) === node) continue;
      this.#known.set(name, node);
      this.#cache.updateNode(node);
    }
    for (const name of [...this.#known.keys()]) {
      if (there.has(name)) continue;
      this.#known.delete(name);
      this.#cache.removeNode(name);
    }
    const on = new Set<string>();
    for (const { pod, nodeName } of pods) {
      const { uid } = pod.metadata;
      on.add(uid);
      const known = this.#placed.get(uid);
      if (known?.pod === pod && known.nodeName === nodeName) continue;
      this.#placed.set(uid, { pod, nodeName });
      this.#cache.addPod(podInfoOf(pod, this.#cache.podOf(uid), this.#specs), nodeName);
    }
    for (const uid of [...this.#placed.keys()]) {
      if (on.has(uid)) continue;
      this.#placed.delete(uid);
      this.#cache.removePod(uid);
    }
  }

  node(name: string): NodeInfo | undefined {
    return this.#cache.node(name);
  }

  infoOf(pod: Pod): PodInfo {
    return podInfoOf(pod, undefined, this.#specs);
  }

  // ---- What is tried out.

  fork(): void {
    this.#forks.push([]);
  }

  /** Everything since the last fork is as it was. */
  revert(): void {
    const undo = this.#forks.pop()!;
    for (let i = undo.length - 1; i >= 0; i--) undo[i]!();
  }

  /** What was done since the last fork belongs to the one before it. */
  commit(): void {
    const undo = this.#forks.pop()!;
    this.#forks.at(-1)?.push(...undo);
  }

  addNode(node: Node, pods: readonly Pod[] = []): void {
    const { name } = node.metadata;
    this.#cache.addNode(node);
    this.#added.push(name);
    for (const pod of pods) this.#cache.addPod(this.infoOf(pod), name, true);
    this.#undo(() => {
      this.#added.splice(this.#added.lastIndexOf(name), 1);
      for (const pod of pods) this.#cache.removePod(pod.metadata.uid);
      this.#cache.removeNode(name);
    });
  }

  removeNode(name: string): void {
    const state = this.#cache.node(name);
    if (state === undefined) return;
    const { node } = state;
    const pods = [...state.pods];
    for (const pod of pods) this.#cache.removePod(pod.pod.metadata.uid);
    this.#cache.removeNode(name);
    this.#undo(() => {
      this.#cache.addNode(node);
      for (const pod of pods) this.#cache.addPod(pod, name);
    });
  }

  removePod(uid: string): void {
    const info = this.#cache.podOf(uid);
    const nodeName = this.#cache.nodeOf(uid);
    if (info === undefined || nodeName === undefined) return;
    this.#cache.removePod(uid);
    this.#undo(() => this.#cache.addPod(info, nodeName));
  }

  /** Why the pod cannot be on the node, or undefined where it can. */
  checkPredicates(pod: PodInfo, nodeName: string): Status | undefined {
    const { state, status, nodeNames } = this.#preFilter(pod);
    if (status !== undefined) return status;
    if (nodeNames !== undefined && !nodeNames.has(nodeName)) return unresolvable(REASON_NODE_NAME);
    return this.#framework.runFilter(state, pod, this.#cache.node(nodeName)!);
  }

  /** Puts the pod on the node where it fits; else says why not. */
  schedulePod(pod: PodInfo, nodeName: string): Status | undefined {
    const status = this.checkPredicates(pod, nodeName);
    if (status === undefined) this.#place(pod, nodeName);
    return status;
  }

  /** Puts the pod on the first node, from where the last search has ended, that is acceptable and takes it. */
  scheduleOnAny(pod: PodInfo, isAcceptable: (node: NodeInfo) => boolean): string | undefined {
    const { state, status, nodeNames } = this.#preFilter(pod);
    if (status !== undefined) return undefined;
    const names = [...this.#known.keys(), ...this.#added];
    for (let i = 0; i < names.length; i++) {
      const at = (this.#cursor + i) % names.length;
      const node = this.#cache.node(names[at]!);
      if (node === undefined || !isAcceptable(node) || (nodeNames !== undefined && !nodeNames.has(node.name))) continue;
      if (node.node.spec.unschedulable === true || this.#framework.runFilter(state, pod, node) !== undefined) continue;
      this.#cursor = at + 1;
      this.#place(pod, node.name);
      return node.name;
    }
    return undefined;
  }

  /** Puts the pod on the first of these nodes that takes it. */
  scheduleOnFirst(pod: PodInfo, names: readonly string[]): string | undefined {
    const { state, status, nodeNames } = this.#preFilter(pod);
    if (status !== undefined) return undefined;
    for (const name of names) {
      const node = this.#cache.node(name);
      if (node === undefined || node.node.spec.unschedulable === true) continue;
      if (nodeNames !== undefined && !nodeNames.has(name)) continue;
      if (this.#framework.runFilter(state, pod, node) !== undefined) continue;
      this.#place(pod, name);
      return name;
    }
    return undefined;
  }

  #preFilter(pod: PodInfo): {
    readonly state: CycleScratch;
    readonly status: Status | undefined;
    readonly nodeNames: ReadonlySet<string> | undefined;
  } {
    this.#cache.refresh();
    const state = new CycleScratch();
    const { status, nodeNames } = this.#framework.runPreFilter(state, pod);
    return { state, status, nodeNames };
  }

  #place(pod: PodInfo, nodeName: string): void {
    const { uid } = pod.pod.metadata;
    this.#cache.addPod(pod, nodeName, true);
    this.#undo(() => this.#cache.removePod(uid));
  }

  #undo(act: () => void): void {
    this.#forks.at(-1)?.push(act);
  }
}
