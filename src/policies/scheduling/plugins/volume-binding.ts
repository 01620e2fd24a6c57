import { compileLabelSelector } from '../../../sim/api/label-selector.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { bytesOf, compareQuantities, unitsOfNano } from '../../../sim/api/quantity.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../sim/api/storage.ts';
import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  FilterPlugin,
  NodeInfo,
  PluginFactory,
  PluginHandle,
  PodInfo,
  PreFilterPlugin,
  PreScorePlugin,
  ScorePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { Code, SKIP, unresolvable, type Status } from '../../../sim/policy-api/status.ts';
import { VOLUME_BINDING_EVENTS } from '../hints/volumes.ts';
import { findMatchingVolume, isReachableFrom, requestedStorage } from './find-matching-volume.ts';
import { claimKey, claimNameOf, classNameOf, isFullyBound, notFound, notOwned } from './volume-claims.ts';
import { missingState } from './missing-state.ts';

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

const STATE_MISSING = missingState('not found');
const UNBOUND_IMMEDIATE = unresolvable('pod has unbound immediate PersistentVolumeClaims');
const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
const NOT_ENOUGH_SPACE = 'node(s) did not have enough free storage';
const VOLUME_GONE = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

/** The claims of a pod, by what is left to do for them. */
interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Wait for a node to be chosen. */
  readonly waiting: readonly PersistentVolumeClaim[];
  /** Volumes of each class that a waiting claim names. */
  readonly volumes: ReadonlyMap<string, readonly PersistentVolume[]>;
}

/** Claims that are bound must be reachable, and those that wait must find a volume or a provisioner (semantics sheet 3.15). */
export class VolumeBinding implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin, EnqueueExtensions {
  readonly name = 'VolumeBinding';
  readonly #handle: PluginHandle;

  constructor(handle: PluginHandle) {
    this.#handle = handle;
  }

  preFilter(state: CycleState, pod: PodInfo): { readonly status: Status } | undefined {
    const claims: PersistentVolumeClaim[] = [];
    for (const volume of pod.pod.spec.volumes ?? []) {
      const name = claimNameOf(pod.pod, volume);
      if (name === undefined) continue;
      const claim = this.#handle.lister('PersistentVolumeClaim').get(claimKey(pod.pod, name));
      const wrong = wrongWith(claim, name, pod.pod, volume.ephemeral !== undefined);
      if (wrong !== undefined) return { status: unresolvable(wrong) };
      claims.push(claim!);
    }
    if (claims.length === 0) return { status: SKIP };
    const waiting: PersistentVolumeClaim[] = [];
    const unbound = claims.filter((claim) => !isFullyBound(claim));
    for (const claim of unbound) {
      const storageClass = this.#classOf(claim);
      if (storageClass !== undefined && storageClass.volumeBindingMode === undefined) {
        return { status: failure(`VolumeBindingMode not set for StorageClass "${storageClass.metadata.name}"`) };
      }
      const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
      if (waits && (claim.spec.volumeName ?? '') === '') waiting.push(claim);
    }
    if (waiting.length < unbound.length) return { status: UNBOUND_IMMEDIATE };
    const bound = claims.filter(isFullyBound);
    const volumes = new Map<string, PersistentVolume[]>(waiting.map((claim) => [classNameOf(claim), []]));
    if (waiting.length > 0) {
      for (const volume of this.#handle.lister('PersistentVolume').list()) {
        volumes.get(classNameOf(volume))?.push(volume);
      }
    }
    state.write(this.name, { bound, waiting, volumes } satisfies PodClaims);
    return undefined;
  }

  #classOf(claim: PersistentVolumeClaim): StorageClass | undefined {
    const name = classNameOf(claim);
    return name === '' ? undefined : this.#handle.lister('StorageClass').get(name);
  }

  filter(state: CycleState, _pod: PodInfo, node: NodeInfo): Status | undefined {
    const claims = state.read<PodClaims>(this.name);
    if (claims === undefined) return STATE_MISSING;
    const reasons: string[] = [];
    const boundReason = this.#boundReason(claims.bound, node);
    if (boundReason === NODE_CONFLICT) reasons.push(boundReason);
    const waitingReason = this.#waitingReason(claims, node);
    if (typeof waitingReason === 'object') return waitingReason;
    if (waitingReason !== undefined) reasons.push(waitingReason);
    if (boundReason === VOLUME_GONE) reasons.push(boundReason);
    return reasons.length === 0 ? undefined : unresolvable(...reasons);
  }

  #boundReason(bound: readonly PersistentVolumeClaim[], node: NodeInfo): string | undefined {
    for (const claim of bound) {
      const volume = this.#handle.lister('PersistentVolume').get(claim.spec.volumeName ?? '');
      if (volume === undefined) return VOLUME_GONE;
      if (!isReachableFrom(volume, node.node)) return NODE_CONFLICT;
    }
    return undefined;
  }

  /** Why the claims that wait cannot be served on the node; a Status when it cannot be told. */
  #waitingReason(claims: PodClaims, node: NodeInfo): string | Status | undefined {
    const toProvision: PersistentVolumeClaim[] = [];
    const toMatch: PersistentVolumeClaim[] = [];
    for (const claim of claims.waiting) {
      const selected = claim.metadata.annotations[SELECTED_NODE];
      if (selected === undefined) toMatch.push(claim);
      else if (selected === node.name) toProvision.push(claim);
      else return BIND_CONFLICT;
    }
    // The smallest first, so that small volumes are left to small claims.
    toMatch.sort((a, b) => compareQuantities(requestedStorage(a), requestedStorage(b)));
    const taken = new Set<string>();
    for (const claim of toMatch) {
      const volume = findMatchingVolume(claim, claims.volumes.get(classNameOf(claim)) ?? [], node.node, taken);
      if (volume === undefined) toProvision.push(claim);
      else taken.add(volume.metadata.name);
    }
    for (const claim of toProvision) {
      const storageClass = this.#classOf(claim);
      if (storageClass === undefined) {
        return failure(notFound('storageclass', classNameOf(claim)));
      }
      const { provisioner } = storageClass;
      if (provisioner === '' || provisioner === NO_PROVISIONER) return BIND_CONFLICT;
      if (!allowsTopology(storageClass, node.node.metadata.labels)) return BIND_CONFLICT;
      if (!this.#hasCapacity(storageClass, claim, node.node.metadata.labels)) return NOT_ENOUGH_SPACE;
    }
    return undefined;
  }

  /** Only drivers that publish how much they have are asked. */
  #hasCapacity(storageClass: StorageClass, claim: PersistentVolumeClaim, nodeLabels: Labels): boolean {
    if (claim.spec.resources?.requests?.['storage'] === undefined) return true;
    const driver = this.#handle.lister('CSIDriver').get(storageClass.provisioner);
    if (driver?.spec['storageCapacity'] !== true) return true;
    const size = unitsOfNano(requestedStorage(claim).nano);
    return this.#handle
      .lister('CSIStorageCapacity')
      .list()
      .some((capacity) => {
        const limit = capacity.maximumVolumeSize ?? capacity.capacity;
        if (capacity.storageClassName !== storageClass.metadata.name) return false;
        if (limit === undefined || bytesOf(limit) < size) return false;
        return compileLabelSelector(capacity.nodeTopology)(nodeLabels);
      });
  }

  /** Nodes are scored by their storage only with the feature gate StorageCapacityScoring, which v1.36 has off. */
  preScore(): Status {
    return SKIP;
  }

  score(): number {
    return 0;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return VOLUME_BINDING_EVENTS;
  }
}

function failure(reason: string): Status {
  return { code: Code.Error, reasons: [reason] };
}

/** What is wrong with a claim whatever the node. */
function wrongWith(
  claim: PersistentVolumeClaim | undefined,
  name: string,
  pod: Pod,
  ephemeral: boolean,
): string | undefined {
  if (claim === undefined) {
    if (!ephemeral) return notFound('persistentvolumeclaim', name);
    return `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`;
  }
  if (claim.status?.phase === 'Lost') {
    const volume = claim.spec.volumeName ?? '';
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${volume}"`;
  }
  if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
  return ephemeral ? notOwned(claim, pod) : undefined;
}

/** Any of the allowed topologies is enough; all expressions of one must hold. */
function allowsTopology(storageClass: StorageClass, nodeLabels: Labels): boolean {
  const terms = storageClass.allowedTopologies ?? [];
  if (terms.length === 0) return true;
  return terms.some(({ matchLabelExpressions = [] }) => {
    if (matchLabelExpressions.length === 0) return false;
    return matchLabelExpressions.every(({ key, values }) => {
      const value = nodeLabels[key];
      return value !== undefined && values?.includes(value) === true;
    });
  });
}

export const volumeBinding: PluginFactory = (_args, handle) => new VolumeBinding(handle);
