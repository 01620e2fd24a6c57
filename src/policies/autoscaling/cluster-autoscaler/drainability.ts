import { controllerOf } from '../../../sim/api/meta.ts';
import { objectKey, type Kind } from '../../../sim/api/kinds.ts';
import type { Pod, Volume } from '../../../sim/api/pod.ts';
import type { ControllerHost, ControllerLister } from '../../../sim/policy-api/controllers.ts';
import type { RemainingBudgets } from './disruption-budgets.ts';
import type { ClusterAutoscalerSettings } from './settings.ts';

const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
const SAFE_LOCAL_VOLUMES = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';
const MIRROR = 'kubernetes.io/config.mirror';
const MICROS_PER_SECOND = 1_000_000;
const DEFAULT_GRACE_SECONDS = 30;
/** A pod that has had all its time and this much more is taken to be gone. */
const LONG_TERMINATING_EXTRA = 30_000_000;

/** Why a pod keeps its node, by cluster-autoscaler's names. */
export type BlockingReason =
  | 'ControllerNotFound'
  | 'LocalStorageRequested'
  | 'MinReplicasReached'
  | 'NotEnoughPdb'
  | 'NotReplicated'
  | 'NotSafeToEvictAnnotation'
  | 'UnmovableKubeSystemPod';

/** What is to be done about a pod whose node shall go. */
export type Drainability =
  { readonly outcome: 'drain' | 'skip' | 'wait' } | { readonly outcome: 'blocked'; readonly reason: BlockingReason };

const DRAIN: Drainability = { outcome: 'drain' };
const SKIP: Drainability = { outcome: 'skip' };
/** It is left to end by itself, and its node waits for it. */
const WAIT: Drainability = { outcome: 'wait' };

const REPLICATED: ReadonlySet<string> = new Set(['ReplicationController', 'Job', 'ReplicaSet', 'StatefulSet']);

type Settings = Pick<
  ClusterAutoscalerSettings,
  | 'bspDisruptionTimeout'
  | 'minReplicaCount'
  | 'skipNodesWithCustomControllerPods'
  | 'skipNodesWithLocalStorage'
  | 'skipNodesWithSystemPods'
>;

/** cluster-autoscaler's rules about pods that have to move, in their order: the first that says something decides. */
export class DrainabilityRules {
  readonly #settings: Settings;
  readonly #owners: ReadonlyMap<string, ControllerLister<Kind>>;

  constructor(host: ControllerHost, settings: Settings) {
    this.#settings = settings;
    const kinds: readonly Kind[] = ['ReplicationController', 'ReplicaSet', 'StatefulSet', 'Job', 'DaemonSet'];
    this.#owners = new Map(kinds.map((kind) => [kind as string, host.lister(kind)]));
  }

  of(pod: Pod, budgets: RemainingBudgets, now: number): Drainability {
    const { annotations } = pod.metadata;
    const safe = annotations[SAFE_TO_EVICT];
    if (annotations[MIRROR] !== undefined || isLongTerminating(pod, now)) return SKIP;
    const missing = this.#settings.skipNodesWithCustomControllerPods ? this.#problemOfOwner(pod) : undefined;
    if (missing !== undefined) return blocked(missing);
    if (isDaemonSetPod(pod) || safe === 'true' || hasEnded(pod)) return DRAIN;
    if (safe === 'on-completion') return WAIT;
    const reason = this.#obstacle(pod, budgets, now);
    return reason === undefined ? DRAIN : blocked(reason);
  }

  #obstacle(pod: Pod, budgets: RemainingBudgets, now: number): BlockingReason | undefined {
    const { metadata } = pod;
    const { skipNodesWithCustomControllerPods: knownOnly, bspDisruptionTimeout } = this.#settings;
    const owner = controllerOf(metadata);
    if (owner === undefined || (knownOnly && !REPLICATED.has(owner.kind))) return 'NotReplicated';
    if (this.#settings.skipNodesWithSystemPods && metadata.namespace === 'kube-system' && !budgets.cover(pod)) {
      if (now <= metadata.creationTimestamp + bspDisruptionTimeout) return 'UnmovableKubeSystemPod';
      return undefined;
    }
    if (metadata.annotations[SAFE_TO_EVICT] === 'false') return 'NotSafeToEvictAnnotation';
    if (this.#settings.skipNodesWithLocalStorage && hasLocalStorage(pod)) return 'LocalStorageRequested';
    return budgets.allow(pod) ? undefined : 'NotEnoughPdb';
  }

  #problemOfOwner({ metadata }: Pod): BlockingReason | undefined {
    const reference = controllerOf(metadata);
    const lister = reference === undefined ? undefined : this.#owners.get(reference.kind);
    if (reference === undefined || lister === undefined) return undefined;
    const owner = lister.get(objectKey(metadata.namespace, reference.name));
    if (owner === undefined) return 'ControllerNotFound';
    const counts = owner.kind === 'ReplicaSet' || owner.kind === 'ReplicationController';
    return counts && owner.spec.replicas < this.#settings.minReplicaCount ? 'MinReplicasReached' : undefined;
  }
}

function blocked(reason: BlockingReason): Drainability {
  return { outcome: 'blocked', reason };
}

export function isDaemonSetPod({ metadata }: Pod): boolean {
  return controllerOf(metadata)?.kind === 'DaemonSet';
}

function hasEnded({ spec, status: { phase } }: Pod): boolean {
  if (phase === 'Failed') return true;
  return phase === 'Succeeded' && (spec.restartPolicy === 'Never' || spec.restartPolicy === 'OnFailure');
}

/** Whether a pod that is being deleted has had its grace period and half a minute more. */
export function isLongTerminating({ metadata: { deletionTimestamp }, spec }: Pod, now: number): boolean {
  if (deletionTimestamp === undefined) return false;
  const grace = (spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * MICROS_PER_SECOND;
  return deletionTimestamp + grace + LONG_TERMINATING_EXTRA < now;
}

function hasLocalStorage({ metadata, spec: { volumes = [] } }: Pod): boolean {
  const safe = new Set((metadata.annotations[SAFE_LOCAL_VOLUMES] ?? '').split(','));
  return volumes.some((volume) => isLocal(volume) && !safe.has(volume.name));
}

function isLocal({ hostPath, emptyDir }: Volume): boolean {
  return hostPath !== undefined || (emptyDir !== undefined && emptyDir.medium !== 'Memory');
}
