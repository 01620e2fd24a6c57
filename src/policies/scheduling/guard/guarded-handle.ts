import type {
  MutableNodeInfo,
  NodeInfo,
  PluginHandle,
  PodInfo,
  WaitingPod,
} from '../../../sim/policy-api/scheduling.ts';
import { originalState } from './cycle-state-view.ts';
import { nodeView, originalOf, podViews, snapshotView } from './readonly-views.ts';

/** A plugin's own copy of a node. It may change it, so only the pods on it are views. */
class ClonedNode implements MutableNodeInfo {
  readonly original: MutableNodeInfo;
  readonly #view: NodeInfo;

  constructor(original: MutableNodeInfo) {
    this.original = original;
    this.#view = nodeView(original);
  }
  get node(): NodeInfo['node'] {
    return this.#view.node;
  }
  get name(): string {
    return this.#view.name;
  }
  get generation(): number {
    return this.#view.generation;
  }
  get pods(): readonly PodInfo[] {
    return this.#view.pods;
  }
  get podsWithAffinity(): readonly PodInfo[] {
    return this.#view.podsWithAffinity;
  }
  get podsWithRequiredAntiAffinity(): readonly PodInfo[] {
    return this.#view.podsWithRequiredAntiAffinity;
  }
  get requested(): NodeInfo['requested'] {
    return this.#view.requested;
  }
  get nonZeroMilliCpu(): number {
    return this.#view.nonZeroMilliCpu;
  }
  get nonZeroMemoryBytes(): number {
    return this.#view.nonZeroMemoryBytes;
  }
  get allocatable(): NodeInfo['allocatable'] {
    return this.#view.allocatable;
  }
  get claimUses(): ReadonlyMap<string, number> {
    return this.#view.claimUses;
  }
  usesPort(port: Parameters<NodeInfo['usesPort']>[0]): boolean {
    return this.#view.usesPort(port);
  }
  imageState(name: string): ReturnType<NodeInfo['imageState']> {
    return this.#view.imageState(name);
  }
  addPod(pod: PodInfo): void {
    this.original.addPod(originalOf(pod));
  }
  removePod(pod: PodInfo): boolean {
    return this.original.removePod(originalOf(pod));
  }
}

function originalNode(node: NodeInfo): NodeInfo {
  return node instanceof ClonedNode ? node.original : originalOf(node);
}

/** The handle of a plugin that is not ours: what it hands out are views, and what it takes may be views. */
export function guardedHandle(handle: PluginHandle): PluginHandle {
  const { waitingPods, activate, isPreempting } = handle;
  const snapshot = snapshotView(handle.snapshot);
  const { random } = handle;
  return Object.freeze({
    snapshot: () => snapshot,
    lister: (kind) => {
      const lister = handle.lister(kind);
      return Object.freeze({
        get: (key: string) => lister.get(key),
        list: (namespace?: string) => [...lister.list(namespace)],
        get version() {
          return lister.version;
        },
      });
    },
    now: () => handle.now(),
    random: Object.freeze({ next: () => random.next(), below: (n: number) => random.below(n) }),
    nominatedPods: (nodeName) => podViews([...handle.nominatedPods(nodeName)]),
    featureGates: Object.freeze({ ...handle.featureGates }),
    cloneNode: (node) => new ClonedNode(handle.cloneNode(originalNode(node))),
    runFilters: (state, pod, node) => handle.runFilters(originalState(state), originalOf(pod), originalNode(node)),
    runAddPod: (state, pod, added, node) =>
      handle.runAddPod(originalState(state), originalOf(pod), originalOf(added), originalNode(node)),
    runRemovePod: (state, pod, removed, node) =>
      handle.runRemovePod(originalState(state), originalOf(pod), originalOf(removed), originalNode(node)),
    ...(isPreempting === undefined ? {} : { isPreempting: (uid: string) => isPreempting(uid) }),
    ...(waitingPods === undefined ? {} : { waitingPods: (): Iterable<WaitingPod> => [...waitingPods()] }),
    ...(activate === undefined ? {} : { activate: (pods) => activate([...pods]) }),
  } satisfies PluginHandle);
}
