import { keyOf } from '../../../sim/api/kinds.ts';
import { compileLabelSelector } from '../../../sim/api/label-selector.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import type { Node } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { bytesOf, compareQuantities, unitsOfNano } from '../../../sim/api/quantity.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../sim/api/storage.ts';
import type { PreBindAnswer } from '../../../sim/policy-api/pre-bind.ts';
import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  FilterPlugin,
  NodeInfo,
  PluginFactory,
  PluginHandle,
  PodInfo,
  PreBindPlugin,
  PreFilterPlugin,
  PreScorePlugin,
  ReservePlugin,
  ScorePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { Code, SKIP, unresolvable, type Status } from '../../../sim/policy-api/status.ts';
import type { VolumeBindingArgs } from '../configuration/args.ts';
import { VOLUME_BINDING_EVENTS } from '../hints/volumes.ts';
import { AssumedVersions } from './assumed-versions.ts';
import { findMatchingVolume, isReachableFrom, requestedStorage } from './find-matching-volume.ts';
import { claimKey, claimNameOf, classNameOf, isFullyBound, notFound, notOwned } from './volume-claims.ts';
import { missingState } from './missing-state.ts';
import { bindVolumes, onNode, reservedFor, SELECTED_NODE, type VolumePlan } from './volume-plan.ts';

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

const PLAN = 'VolumeBinding/plan';
const MICROS_PER_SECOND = 1_000_000;
const BIND_TIMEOUT_SECONDS = 600;

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

/**
 * Claims that are bound must be reachable, and those that wait must find a volume or a provisioner (semantics sheet 3.15).
 * Once the pod has its node, PreBind writes down which, and waits until all of them are bound.
 */
export class VolumeBinding
  implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin, ReservePlugin, PreBindPlugin, EnqueueExtensions
{
  readonly name = 'VolumeBinding';
  readonly #handle: PluginHandle;
  readonly #timeoutMicros: number;
  readonly #volumes = new AssumedVersions<PersistentVolume>();
  readonly #claims = new AssumedVersions<PersistentVolumeClaim>();

  constructor(handle: PluginHandle, timeoutSeconds = BIND_TIMEOUT_SECONDS) {
    this.#handle = handle;
    this.#timeoutMicros = timeoutSeconds * MICROS_PER_SECOND;
  }

  preFilter(state: CycleState, pod: PodInfo): { readonly status: Status } | undefined {
    const claims: PersistentVolumeClaim[] = [];
    for (const volume of pod.pod.spec.volumes ?? []) {
      const name = claimNameOf(pod.pod, volume);
      if (name === undefined) continue;
      const claim = this.#claim(claimKey(pod.pod, name));
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
        volumes.get(classNameOf(volume))?.push(this.#volumes.latest(volume.metadata.name, volume)!);
      }
    }
    state.write(this.name, { bound, waiting, volumes } satisfies PodClaims);
    return undefined;
  }

  #claim(key: string): PersistentVolumeClaim | undefined {
    return this.#claims.latest(key, this.#handle.lister('PersistentVolumeClaim').get(key));
  }

  #volume(name: string): PersistentVolume | undefined {
    return this.#volumes.latest(name, this.#handle.lister('PersistentVolume').get(name));
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
    const plan = this.#plan(claims, node.node);
    if (typeof plan === 'string') reasons.push(plan);
    else if ('code' in plan) return plan;
    if (boundReason === VOLUME_GONE) reasons.push(boundReason);
    return reasons.length === 0 ? undefined : unresolvable(...reasons);
  }

  #boundReason(bound: readonly PersistentVolumeClaim[], node: NodeInfo): string | undefined {
    for (const claim of bound) {
      const volume = this.#volume(claim.spec.volumeName ?? '');
      if (volume === undefined) return VOLUME_GONE;
      if (!isReachableFrom(volume, node.node)) return NODE_CONFLICT;
    }
    return undefined;
  }

  /** How the claims that wait are served on the node, or why they cannot be; a Status when it cannot be told. */
  #plan(claims: PodClaims, node: Node): VolumePlan | string | Status {
    const toProvision: PersistentVolumeClaim[] = [];
    const toMatch: PersistentVolumeClaim[] = [];
    for (const claim of claims.waiting) {
      const selected = claim.metadata.annotations[SELECTED_NODE];
      if (selected === undefined) toMatch.push(claim);
      else if (selected === node.metadata.name) toProvision.push(claim);
      else return BIND_CONFLICT;
    }
    // The smallest first, so that small volumes are left to small claims.
    toMatch.sort((a, b) => compareQuantities(requestedStorage(a), requestedStorage(b)));
    const bindings: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
    const taken = new Set<string>();
    for (const claim of toMatch) {
      const volume = findMatchingVolume(claim, claims.volumes.get(classNameOf(claim)) ?? [], node, taken);
      if (volume === undefined) {
        toProvision.push(claim);
        continue;
      }
      taken.add(volume.metadata.name);
      bindings.push({ claim, volume });
    }
    for (const claim of toProvision) {
      const storageClass = this.#classOf(claim);
      if (storageClass === undefined) {
        return failure(notFound('storageclass', classNameOf(claim)));
      }
      const { provisioner } = storageClass;
      if (provisioner === '' || provisioner === NO_PROVISIONER) return BIND_CONFLICT;
      if (!allowsTopology(storageClass, node.metadata.labels)) return BIND_CONFLICT;
      if (!this.#hasCapacity(storageClass, claim, node.metadata.labels)) return NOT_ENOUGH_SPACE;
    }
    return { bindings, toProvision };
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

  // From Reserve to PreBind.

  reserve(state: CycleState, _pod: PodInfo, nodeName: string): Status | undefined {
    const claims = state.read<PodClaims>(this.name);
    if (claims === undefined || claims.waiting.length === 0) return undefined;
    const node = this.#handle.snapshot().get(nodeName)?.node;
    const plan = node === undefined ? BIND_CONFLICT : this.#plan(claims, node);
    if (typeof plan === 'string') return unresolvable(plan);
    if ('code' in plan) return plan;
    const assumed = {
      bindings: plan.bindings.map(({ claim, volume }) => ({ claim, volume: reservedFor(volume, claim) })),
      toProvision: plan.toProvision.map((claim) => onNode(claim, nodeName)),
    };
    for (const { volume } of assumed.bindings) this.#volumes.assume(volume.metadata.name, volume);
    for (const claim of assumed.toProvision) this.#claims.assume(keyOf(claim), claim);
    state.write(PLAN, assumed);
    return undefined;
  }

  unreserve(state: CycleState): void {
    const plan = state.read<VolumePlan>(PLAN);
    if (plan === undefined) return;
    for (const { volume } of plan.bindings) this.#volumes.restore(volume.metadata.name);
    for (const claim of plan.toProvision) this.#claims.restore(keyOf(claim));
  }

  preBind(state: CycleState, _pod: PodInfo, nodeName: string): PreBindAnswer {
    const plan = state.read<VolumePlan>(PLAN);
    if (plan === undefined) return undefined;
    const claims = this.#handle.lister('PersistentVolumeClaim');
    return bindVolumes(plan, nodeName, {
      claim: (key) => claims.get(key),
      now: () => this.#handle.now(),
      timeoutMicros: this.#timeoutMicros,
    });
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

export const volumeBinding: PluginFactory = (args, handle) =>
  new VolumeBinding(handle, (args as VolumeBindingArgs | undefined)?.bindTimeoutSeconds);
