import type { Change } from '../../sim/api/change.ts';
import { keyOf, objectKey } from '../../sim/api/kinds.ts';
import { compileLabelSelector } from '../../sim/api/label-selector.ts';
import { controllerOf } from '../../sim/api/meta.ts';
import { isPodReady, readySince, type Pod } from '../../sim/api/pod.ts';
import type { StatefulSet } from '../../sim/api/stateful-set.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { inOrder } from './history/revisions.ts';
import { untilNextAvailable } from './next-available.ts';
import { claim } from './ownership.ts';
import { attempt } from './together.ts';
import { BEHIND, WrittenVersions } from './replica-set/written-versions.ts';
import { ordinalOf } from './stateful-set/identity.ts';
import { reconcile } from './stateful-set/reconcile.ts';
import { settleRevisions, truncateHistory, type Revisions } from './stateful-set/revisions.ts';
import { writeStatus } from './stateful-set/status.ts';

const MICROS_PER_SECOND = 1_000_000;

export interface StatefulSetSettings {
  /** The gate StaleControllerConsistencyStatefulSet. */
  readonly waitsForItsWrites: boolean;
  /** The gate MaxUnavailableStatefulSet. */
  readonly updatesTogether: boolean;
}

export const STATEFUL_SET_DEFAULTS: StatefulSetSettings = { waitsForItsWrites: true, updatesTogether: false };

/** Gives every ordinal its pod, one after the other, and updates them from the top (kubernetes-behaviour.md 3.3). */
export function statefulSet(settings: StatefulSetSettings = STATEFUL_SET_DEFAULTS): ControllerFactory {
  return (host) => new StatefulSetController(settings, host);
}

/** How many pods were available, and when that was looked at. Microseconds. */
interface Judgement {
  readonly available: number;
  readonly judgedAt: number;
}

class StatefulSetController implements Controller {
  readonly name = 'statefulset';
  readonly workers = 5;
  readonly handlers = {
    StatefulSet: (change: Change<'StatefulSet'>) => this.#setChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
  };
  readonly #settings: StatefulSetSettings;
  readonly #host: ControllerHost;
  readonly #sets: ControllerLister<'StatefulSet'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #revisions: ControllerLister<'ControllerRevision'>;
  readonly #written: WrittenVersions;

  constructor(settings: StatefulSetSettings, host: ControllerHost) {
    this.#settings = settings;
    this.#written = new WrittenVersions(settings.waitsForItsWrites);
    this.#host = host;
    this.#sets = host.lister('StatefulSet');
    this.#pods = host.lister('Pod');
    this.#revisions = host.lister('ControllerRevision');
    // Named here so that the cache is filled before the first pod needs a claim.
    host.lister('PersistentVolumeClaim');
  }

  // ---- What happens to the queue ----

  #setChanged({ object }: Change<'StatefulSet'>): void {
    this.#written.observe('StatefulSet', object.metadata.resourceVersion);
    this.#host.enqueue(keyOf(object));
  }

  #podChanged({ type, object, previous }: Change<'Pod'>): void {
    this.#written.observe('Pod', object.metadata.resourceVersion);
    const reference = controllerOf(object.metadata);
    const before = previous === undefined ? undefined : controllerOf(previous.metadata);
    const changedHands = previous !== undefined && reference?.uid !== before?.uid;
    if (changedHands && before !== undefined) this.#enqueueOwner(previous);
    if (reference !== undefined) {
      const owner = this.#enqueueOwner(object);
      if (owner !== undefined && type !== 'DELETED') this.#lookAgainWhenAvailable(owner, object, previous);
    } else if (type !== 'DELETED' && object.metadata.deletionTimestamp === undefined) {
      if (previous === undefined || changedHands || previous.metadata.labels !== object.metadata.labels) {
        this.#enqueueWhoMightAdopt(object);
      }
    }
  }

  #lookAgainWhenAvailable(owner: StatefulSet, pod: Pod, previous: Pod | undefined): void {
    const { minReadySeconds } = owner.spec;
    if (minReadySeconds === 0 || previous === undefined || isPodReady(previous) || !isPodReady(pod)) return;
    this.#host.enqueueAfter(keyOf(owner), minReadySeconds * MICROS_PER_SECOND);
  }

  /** Gives the owner, if the pod is of a set that the cache knows. */
  #enqueueOwner(pod: Pod): StatefulSet | undefined {
    const reference = controllerOf(pod.metadata);
    if (reference?.kind !== 'StatefulSet') return undefined;
    const owner = this.#sets.get(objectKey(pod.metadata.namespace, reference.name));
    if (owner?.metadata.uid !== reference.uid) return undefined;
    this.#host.enqueue(keyOf(owner));
    return owner;
  }

  #enqueueWhoMightAdopt(pod: Pod): void {
    for (const candidate of this.#sets.list(pod.metadata.namespace)) {
      if (compileLabelSelector(candidate.spec.selector)(pod.metadata.labels)) this.#host.enqueue(keyOf(candidate));
    }
  }

  // ---- The sync ----

  *sync(key: string): SyncSteps {
    if (!this.#written.hasRead(key)) return BEHIND;
    const set = this.#sets.get(key);
    if (set === undefined) {
      this.#written.forget(key);
      return;
    }
    const matches = compileLabelSelector(set.spec.selector);
    const orphans = this.#revisions.orphans(set.metadata.namespace, set.spec.selector);
    if (orphans.length > 0) yield* claim(set, orphans, matches);
    const pods = yield* this.#claimPods(set);
    const { available, judgedAt } = yield* this.#update(key, set, pods);
    const { minReadySeconds, replicas } = set.spec;
    if (minReadySeconds > 0 && available !== replicas) {
      const since = pods.filter(isPodReady).map(readySince);
      this.#host.enqueueAfter(key, untilNextAvailable(since, minReadySeconds, judgedAt, this.#host.now()));
    }
  }

  /** Only pods with a name that the set gives are its own, or might become so. */
  *#claimPods(set: StatefulSet): Steps<readonly Pod[]> {
    const named = (pod: Pod): boolean => ordinalOf(set, pod) !== undefined;
    const { uid, namespace } = set.metadata;
    const matches = compileLabelSelector(set.spec.selector);
    const candidates = [
      ...this.#pods.ownedBy(uid).filter(named),
      ...this.#pods.orphans(namespace, set.spec.selector).filter(named),
    ];
    return yield* claim(set, candidates, matches);
  }

  *#update(key: string, set: StatefulSet, pods: readonly Pod[]): Steps<Judgement> {
    const { uid, namespace } = set.metadata;
    const matches = compileLabelSelector(set.spec.selector);
    const own = this.#revisions.ownedBy(uid).filter(({ metadata }) => matches(metadata.labels));
    const history = inOrder([...own, ...this.#revisions.orphans(namespace, set.spec.selector)]);
    const live = yield* attempt(settleRevisions(set, history));
    const result = live.ok ? yield* attempt(this.#reconcile(key, set, live.value, pods)) : live;
    yield* truncateHistory(set, pods, history, live.ok ? live.value : undefined);
    if (!result.ok) throw result.error;
    return result.value;
  }

  *#reconcile(key: string, set: StatefulSet, revisions: Revisions, pods: readonly Pod[]): Steps<Judgement> {
    const { uid } = set.metadata;
    const wrote = (pod: Pod): void => this.#written.wroteAt(key, uid, 'Pod', pod.metadata.resourceVersion);
    const judgedAt = this.#host.now();
    const writer = { host: this.#host, set, wrote };
    const { status, failure } = yield* reconcile(writer, revisions, pods, judgedAt, this.#settings.updatesTogether);
    const after = yield* writeStatus(set, status);
    if (after !== set) this.#written.wroteAt(key, uid, 'StatefulSet', after.metadata.resourceVersion);
    if (failure !== undefined) throw failure;
    return { available: status.availableReplicas, judgedAt };
  }
}
