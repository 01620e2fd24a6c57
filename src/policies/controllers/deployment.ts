import type { Change } from '../../sim/api/change.ts';
import { compileLabelSelector, isEmptySelector } from '../../sim/api/label-selector.ts';
import { keyOf, objectKey } from '../../sim/api/kinds.ts';
import { controllerOf, type ObjectMeta } from '../../sim/api/meta.ts';
import type { Pod } from '../../sim/api/pod.ts';
import type { Deployment, ReplicaSet } from '../../sim/api/workloads.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { Draft } from './deployment/draft.ts';
import { cleanUpHistory } from './deployment/history.ts';
import { generationsOf } from './deployment/new-replica-set.ts';
import { notePause } from './deployment/pausing.ts';
import { recreate } from './deployment/recreate.ts';
import { rollBack, rollbackOf } from './deployment/rollback.ts';
import { rollingUpdate } from './deployment/rolling-update.ts';
import { isScalingEvent, scale } from './deployment/scaling.ts';
import { syncStatus } from './deployment/status.ts';
import { claim } from './ownership.ts';

/** Rolls Deployments out through ReplicaSets (kubernetes-behaviour.md 3.2). */
export const deployment: ControllerFactory = (host) => new DeploymentController(host);

class DeploymentController implements Controller {
  readonly name = 'deployment';
  readonly workers = 5;
  readonly maxRetries = 15;
  readonly handlers = {
    Deployment: ({ object }: Change<'Deployment'>) => this.#host.enqueue(keyOf(object)),
    ReplicaSet: (change: Change<'ReplicaSet'>) => this.#replicaSetChanged(change),
    Pod: ({ type, object }: Change<'Pod'>) => {
      if (type === 'DELETED') this.#podGone(object);
    },
  };
  readonly #host: ControllerHost;
  readonly #deployments: ControllerLister<'Deployment'>;
  readonly #replicaSets: ControllerLister<'ReplicaSet'>;

  constructor(host: ControllerHost) {
    this.#host = host;
    this.#deployments = host.lister('Deployment');
    this.#replicaSets = host.lister('ReplicaSet');
  }

  // ---- What happens to the queue ----

  #replicaSetChanged({ type, object, previous }: Change<'ReplicaSet'>): void {
    const reference = controllerOf(object.metadata);
    const referenceBefore = previous === undefined ? undefined : controllerOf(previous.metadata);
    if (previous !== undefined && referenceBefore !== undefined && referenceBefore.uid !== reference?.uid) {
      this.#enqueueOwner(previous);
    }
    if (reference !== undefined) return this.#enqueueOwner(object);
    if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined) return;
    const news = previous === undefined || referenceBefore !== undefined || !sameLabels(previous, object);
    if (!news) return;
    for (const candidate of this.#deployments.list(object.metadata.namespace)) {
      if (compileLabelSelector(candidate.spec.selector)(object.metadata.labels)) this.#host.enqueue(keyOf(candidate));
    }
  }

  /** A Recreate Deployment waits for its last old pod. */
  #podGone(pod: Pod): void {
    const reference = controllerOf(pod.metadata);
    if (reference?.kind !== 'ReplicaSet') return;
    const rs = this.#replicaSets.get(objectKey(pod.metadata.namespace, reference.name));
    if (rs === undefined || rs.metadata.uid !== reference.uid) return;
    const owner = this.#ownerOf(rs.metadata);
    if (owner === undefined || owner.spec.strategy.type !== 'Recreate') return;
    const pods = this.#host.lister('Pod');
    const siblings = this.#replicaSets.ownedBy(owner.metadata.uid);
    if (siblings.every((one) => pods.ownedBy(one.metadata.uid).length === 0)) this.#host.enqueue(keyOf(owner));
  }

  #enqueueOwner(rs: ReplicaSet): void {
    const owner = this.#ownerOf(rs.metadata);
    if (owner !== undefined) this.#host.enqueue(keyOf(owner));
  }

  #ownerOf(meta: ObjectMeta): Deployment | undefined {
    const reference = controllerOf(meta);
    if (reference?.kind !== 'Deployment') return undefined;
    const owner = this.#deployments.get(objectKey(meta.namespace, reference.name));
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  }

  // ---- The sync ----

  *sync(key: string): SyncSteps {
    const read = this.#deployments.get(key);
    if (read === undefined) return;
    const draft = new Draft(this.#host, read);
    if (isEmptySelector(read.spec.selector)) {
      yield* this.#refuse(draft);
      return;
    }
    const replicaSets = yield* this.#claimReplicaSets(read);
    if (read.metadata.deletionTimestamp !== undefined) {
      yield* syncStatus(draft, yield* generationsOf(draft, replicaSets, 'find'));
      return;
    }
    yield* notePause(draft);
    if (read.spec.paused) {
      yield* this.#resizeOnly(draft, replicaSets);
      return;
    }
    const rollback = rollbackOf(draft);
    if (rollback !== undefined) {
      yield* rollBack(draft, replicaSets, rollback);
      return;
    }
    if (yield* isScalingEvent(draft, replicaSets)) {
      yield* this.#resizeOnly(draft, replicaSets);
      return;
    }
    if (read.spec.strategy.type === 'Recreate') yield* recreate(draft, replicaSets);
    else yield* rollingUpdate(draft, replicaSets);
  }

  *#refuse(draft: Draft): SyncSteps {
    const { read } = draft;
    const message = 'This deployment is selecting all pods. A non-empty selector is required.';
    this.#host.record(read, 'Warning', 'SelectingAll', message);
    if (draft.status.observedGeneration >= read.metadata.generation) return;
    draft.status = { ...draft.status, observedGeneration: read.metadata.generation };
    yield* draft.writeStatus();
  }

  *#claimReplicaSets(read: Deployment): Steps<readonly ReplicaSet[]> {
    const owned = this.#replicaSets.ownedBy(read.metadata.uid);
    const orphans = this.#replicaSets.orphans(read.metadata.namespace, read.spec.selector);
    return yield* claim(read, [...owned, ...orphans], compileLabelSelector(read.spec.selector));
  }

  /** Paused or just scaled: sizes and status follow, the rollout does not move. */
  *#resizeOnly(draft: Draft, replicaSets: readonly ReplicaSet[]): SyncSteps {
    const generations = yield* generationsOf(draft, replicaSets, 'find');
    yield* scale(draft, generations);
    if (draft.spec.paused && rollbackOf(draft) === undefined) yield* cleanUpHistory(draft, generations.old);
    yield* syncStatus(draft, generations);
  }
}

function sameLabels(a: ReplicaSet, b: ReplicaSet): boolean {
  return a.metadata.labels === b.metadata.labels;
}
