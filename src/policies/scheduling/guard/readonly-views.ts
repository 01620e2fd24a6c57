import { deepFreeze } from '../../../sim/api/freeze.ts';
import type {
  AffinityTerm,
  HostPort,
  NodeInfo,
  PodInfo,
  Resources,
  Snapshot,
  WeightedAffinityTerm,
} from '../../../sim/policy-api/scheduling.ts';

/**
 * Windows through which a plugin that is not ours sees the scheduler's cache. They show what is there at the time of
 * asking; writing to them throws, so that a plugin cannot change what it is only meant to look at.
 */

class ResourcesView implements Resources {
  readonly #resources: Resources;
  constructor(resources: Resources) {
    this.#resources = resources;
  }
  get milliCpu(): number {
    return this.#resources.milliCpu;
  }
  get memoryBytes(): number {
    return this.#resources.memoryBytes;
  }
  get ephemeralStorageBytes(): number {
    return this.#resources.ephemeralStorageBytes;
  }
  get pods(): number {
    return this.#resources.pods;
  }
  /** A copy: extended resources are few. */
  get scalar(): ReadonlyMap<string, number> {
    return new Map(this.#resources.scalar);
  }
}

class PodView implements PodInfo {
  readonly #info: PodInfo;
  #requests: Resources | undefined;
  #specRequests: Resources | undefined;
  #terms: TermViews | undefined;

  constructor(info: PodInfo) {
    this.#info = info;
  }
  get pod(): PodInfo['pod'] {
    return deepFreeze(this.#info.pod);
  }
  get requests(): Resources {
    return (this.#requests ??= Object.freeze(new ResourcesView(this.#info.requests)));
  }
  get specRequests(): Resources {
    return (this.#specRequests ??= Object.freeze(new ResourcesView(this.#info.specRequests)));
  }
  get nonZeroMilliCpu(): number {
    return this.#info.nonZeroMilliCpu;
  }
  get nonZeroMemoryBytes(): number {
    return this.#info.nonZeroMemoryBytes;
  }
  get hostPorts(): readonly HostPort[] {
    return deepFreeze(this.#info.hostPorts);
  }
  get requiredAffinityTerms(): readonly AffinityTerm[] {
    return this.#termViews().requiredAffinity;
  }
  get requiredAntiAffinityTerms(): readonly AffinityTerm[] {
    return this.#termViews().requiredAntiAffinity;
  }
  get preferredAffinityTerms(): readonly WeightedAffinityTerm[] {
    return this.#termViews().preferredAffinity;
  }
  get preferredAntiAffinityTerms(): readonly WeightedAffinityTerm[] {
    return this.#termViews().preferredAntiAffinity;
  }

  /** Copies: terms are few, and a set cannot be frozen. */
  #termViews(): TermViews {
    return (this.#terms ??= {
      requiredAffinity: copyTerms(this.#info.requiredAffinityTerms),
      requiredAntiAffinity: copyTerms(this.#info.requiredAntiAffinityTerms),
      preferredAffinity: copyTerms(this.#info.preferredAffinityTerms),
      preferredAntiAffinity: copyTerms(this.#info.preferredAntiAffinityTerms),
    });
  }
}

interface TermViews {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinity: readonly WeightedAffinityTerm[];
}

function copyTerms<T extends AffinityTerm>(terms: readonly T[]): readonly T[] {
  return Object.freeze(
    terms.map((term) => Object.freeze({ ...term, term: deepFreeze(term.term), namespaces: new Set(term.namespaces) })),
  );
}

class NodeView implements NodeInfo {
  readonly #info: NodeInfo;
  readonly #pods: readonly PodInfo[];
  #withAffinity: readonly PodInfo[] | undefined;
  #withAntiAffinity: readonly PodInfo[] | undefined;
  readonly #requested: Resources;

  constructor(info: NodeInfo) {
    this.#info = info;
    this.#pods = listView(() => this.#info.pods, podView);
    this.#requested = Object.freeze(new ResourcesView(info.requested));
  }
  get node(): NodeInfo['node'] {
    return deepFreeze(this.#info.node);
  }
  get name(): string {
    return this.#info.name;
  }
  get generation(): number {
    return this.#info.generation;
  }
  get pods(): readonly PodInfo[] {
    return this.#pods;
  }
  get podsWithAffinity(): readonly PodInfo[] {
    return (this.#withAffinity ??= listView(() => this.#info.podsWithAffinity, podView));
  }
  get podsWithRequiredAntiAffinity(): readonly PodInfo[] {
    return (this.#withAntiAffinity ??= listView(() => this.#info.podsWithRequiredAntiAffinity, podView));
  }
  get requested(): Resources {
    return this.#requested;
  }
  get nonZeroMilliCpu(): number {
    return this.#info.nonZeroMilliCpu;
  }
  get nonZeroMemoryBytes(): number {
    return this.#info.nonZeroMemoryBytes;
  }
  get allocatable(): Resources {
    return new ResourcesView(this.#info.allocatable);
  }
  get claimUses(): ReadonlyMap<string, number> {
    return new Map(this.#info.claimUses);
  }
  usesPort(port: HostPort): boolean {
    return this.#info.usesPort(port);
  }
  imageState(name: string): { readonly sizeBytes: number; readonly numNodes: number } | undefined {
    const state = this.#info.imageState(name);
    return state === undefined ? undefined : { ...state };
  }
}

class SnapshotView implements Snapshot {
  readonly #snapshot: () => Snapshot;
  readonly nodes: readonly NodeInfo[];
  readonly nodesWithPodsWithAffinity: readonly NodeInfo[];
  readonly nodesWithPodsWithRequiredAntiAffinity: readonly NodeInfo[];

  constructor(snapshot: () => Snapshot) {
    this.#snapshot = snapshot;
    this.nodes = listView(() => snapshot().nodes, nodeView);
    this.nodesWithPodsWithAffinity = listView(() => snapshot().nodesWithPodsWithAffinity, nodeView);
    this.nodesWithPodsWithRequiredAntiAffinity = listView(
      () => snapshot().nodesWithPodsWithRequiredAntiAffinity,
      nodeView,
    );
  }
  get(nodeName: string): NodeInfo | undefined {
    const node = this.#snapshot().get(nodeName);
    return node === undefined ? undefined : nodeView(node);
  }
  get lowestPriority(): number {
    return this.#snapshot().lowestPriority;
  }
  isClaimUsed(namespacedName: string): boolean {
    return this.#snapshot().isClaimUsed(namespacedName);
  }
}

const views = new WeakMap<object, object>();
const originals = new WeakMap<object, object>();

function viewed<T extends object>(original: T, make: (original: T) => T): T {
  if (originals.has(original)) return original;
  let view = views.get(original) as T | undefined;
  if (view === undefined) {
    view = Object.freeze(make(original));
    views.set(original, view);
    originals.set(view, original);
  }
  return view;
}

export function podView(info: PodInfo): PodInfo {
  return viewed(info, (original) => new PodView(original));
}

export function nodeView(info: NodeInfo): NodeInfo {
  return viewed(info, (original) => new NodeView(original));
}

export function snapshotView(snapshot: () => Snapshot): Snapshot {
  return Object.freeze(new SnapshotView(snapshot));
}

export function podViews(pods: readonly PodInfo[]): readonly PodInfo[] {
  return listView(() => pods, podView);
}

export function nodeViews(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  return listView(() => nodes, nodeView);
}

/** What stands behind a view; anything else is itself. */
export function originalOf<T extends object>(view: T): T {
  return (originals.get(view) ?? view) as T;
}

/** A list that shows another one, item by item, as it is at the time. */
function listView<T extends object>(source: () => readonly T[], view: (item: T) => T): readonly T[] {
  const refuse = (): never => {
    throw new TypeError('this list is for looking at only');
  };
  const indexOf = (key: string | symbol): number => {
    if (typeof key !== 'string') return -1;
    const index = Number(key);
    return Number.isInteger(index) && index >= 0 && index < source().length ? index : -1;
  };
  return new Proxy<T[]>([], {
    get(target, key, receiver): unknown {
      if (key === 'length') return source().length;
      const index = indexOf(key);
      return index < 0 ? Reflect.get(target, key, receiver) : view(source()[index]!);
    },
    has: (target, key) => indexOf(key) >= 0 || Reflect.has(target, key),
    ownKeys: () => [...source().keys()].map(String).concat('length'),
    getOwnPropertyDescriptor(target, key) {
      const index = indexOf(key);
      if (index < 0) return Reflect.getOwnPropertyDescriptor(target, key);
      return { value: view(source()[index]!), writable: false, enumerable: true, configurable: true };
    },
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    setPrototypeOf: refuse,
    preventExtensions: refuse,
  });
}
