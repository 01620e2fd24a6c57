import type { Change } from '../../sim/api/change.ts';
import type { ControllerRevision } from '../../sim/api/controller-revision.ts';
import type { DaemonSet } from '../../sim/api/daemon-set.ts';
import { keyOf, objectKey, type ApiObject } from '../../sim/api/kinds.ts';
import { compileLabelSelector, isEmptySelector } from '../../sim/api/label-selector.ts';
import { controllerOf } from '../../sim/api/meta.ts';
import { isPodReady, type Pod } from '../../sim/api/pod.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { applyChanges, type Actor } from './daemon-set/apply-changes.ts';
import { allByNode } from './daemon-set/daemon-pods.ts';
import { eligibilityOf } from './daemon-set/eligibility.ts';
import { FailedPodsBackoff } from './daemon-set/failed-pods.ts';
import { cleanUpHistory, hashOf, settleHistory, type History } from './daemon-set/history.ts';
import { KeptStandings } from './daemon-set/kept-standings.ts';
import { needsOf } from './daemon-set/node-needs.ts';
import { NodeStandings } from './daemon-set/node-standings.ts';
import { PodIndex } from './daemon-set/pod-index.ts';
import { countsOf, writeStatus } from './daemon-set/status.ts';
import { updateStep } from './daemon-set/update-plan.ts';
import { ExpectedCounts } from './expected-counts.ts';
import { claim } from './ownership.ts';
import { BEHIND, WrittenVersions } from './replica-set/written-versions.ts';
import { attempt } from './together.ts';

const MICROS_PER_SECOND = 1_000_000;

export interface DaemonSetSettings {
  /** The gate StaleControllerConsistencyDaemonSet. */
  readonly waitsForItsWrites: boolean;
}

export const DAEMON_SET_DEFAULTS: DaemonSetSettings = { waitsForItsWrites: true };

/** Keeps one pod on every node that fits (kubernetes-behaviour.md 3.4). */
export function daemonSet(settings: DaemonSetSettings = DAEMON_SET_DEFAULTS): ControllerFactory {
  return (host) => new DaemonSetController(settings, host);
}

class DaemonSetController implements Controller {
  readonly name = 'daemonset';
  readonly workers = 2;
  readonly handlers = {
    DaemonSet: (change: Change<'DaemonSet'>) => this.#setChanged(change),
    ControllerRevision: (change: Change<'ControllerRevision'>) => this.#revisionChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
    Node: (change: Change<'Node'>) => this.#nodeChanged(change),
  };
  readonly #host: ControllerHost;
  readonly #sets: ControllerLister<'DaemonSet'>;
  readonly #revisions: ControllerLister<'ControllerRevision'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #nodes: ControllerLister<'Node'>;
  readonly #expectations: ExpectedCounts;
  readonly #written: WrittenVersions;
  readonly #failed = new FailedPodsBackoff();
  readonly #standings: KeptStandings;
  readonly #index: PodIndex;

  constructor(settings: DaemonSetSettings, host: ControllerHost) {
    this.#host = host;
    this.#sets = host.lister('DaemonSet');
    this.#revisions = host.lister('ControllerRevision');
    this.#pods = host.lister('Pod');
    this.#nodes = host.lister('Node');
    this.#standings = new KeptStandings(this.#nodes);
    this.#index = new PodIndex((uid, node) => this.#standings.podsChanged(uid, node));
    this.#expectations = new ExpectedCounts(() => host.now());
    this.#written = new WrittenVersions(settings.waitsForItsWrites);
  }

  // ---- What happens to the queue ----

  #setChanged({ type, object, previous }: Change<'DaemonSet'>): void {
    this.#written.observe('DaemonSet', object.metadata.resourceVersion);
    const key = keyOf(object);
    if (type === 'DELETED' || (previous !== undefined && previous.metadata.uid !== object.metadata.uid)) {
      this.#expectations.forget(key);
      this.#written.forget(key, (previous ?? object).metadata.uid);
      this.#standings.forget((previous ?? object).metadata.uid);
      this.#failed.tidy(this.#host.now());
    }
    this.#host.enqueue(key);
  }

  #revisionChanged({ type, object, previous }: Change<'ControllerRevision'>): void {
    const reference = controllerOf(object.metadata);
    const before = previous === undefined ? undefined : controllerOf(previous.metadata);
    const changedHands = previous !== undefined && before?.uid !== reference?.uid;
    if (changedHands) this.#enqueueOwner(previous);
    // One that has just been made was made by its owner.
    if (reference !== undefined && (type === 'DELETED' || previous !== undefined)) this.#enqueueOwner(object);
    else if (reference === undefined && type !== 'DELETED') {
      if (previous === undefined || changedHands || previous.metadata.labels !== object.metadata.labels) {
        this.#enqueueWhoMightAdopt(object);
      }
    }
  }

  #podChanged({ type, object, previous }: Change<'Pod'>): void {
    this.#written.observe('Pod', object.metadata.resourceVersion);
    this.#index.apply({ type, object, previous } as Change<'Pod'>);
    const reference = controllerOf(object.metadata);
    if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined) {
      const owner = this.#enqueueOwner(object);
      if (owner !== undefined) this.#expectations.deletionObserved(keyOf(owner));
      return;
    }
    const before = previous === undefined ? undefined : controllerOf(previous.metadata);
    const changedHands = previous !== undefined && before?.uid !== reference?.uid;
    if (changedHands) this.#enqueueOwner(previous);
    if (reference === undefined) {
      if (previous === undefined || changedHands || previous.metadata.labels !== object.metadata.labels) {
        this.#enqueueWhoMightAdopt(object);
      }
      return;
    }
    const owner = this.#enqueueOwner(object);
    if (owner === undefined) return;
    const key = keyOf(owner);
    const { minReadySeconds } = owner.spec;
    if (previous === undefined) this.#expectations.creationObserved(key);
    else if (minReadySeconds > 0 && !isPodReady(previous) && isPodReady(object)) {
      // A second more than a ReplicaSet's: times of conditions are whole seconds.
      this.#host.enqueueAfter(key, (minReadySeconds + 1) * MICROS_PER_SECOND);
    }
  }

  /** Gives the owner, if the object is of a set that the cache knows. */
  #enqueueOwner({ metadata }: ApiObject): DaemonSet | undefined {
    const reference = controllerOf(metadata);
    if (reference?.kind !== 'DaemonSet') return undefined;
    const owner = this.#sets.get(objectKey(metadata.namespace, reference.name));
    if (owner?.metadata.uid !== reference.uid) return undefined;
    this.#host.enqueue(keyOf(owner));
    return owner;
  }

  #enqueueWhoMightAdopt({ metadata }: ApiObject): void {
    for (const candidate of this.#sets.list(metadata.namespace)) {
      if (compileLabelSelector(candidate.spec.selector)(metadata.labels)) this.#host.enqueue(keyOf(candidate));
    }
  }

  /**
   * Of a node only what decides who may run on it is of interest: the rest changes all the time. And of that only what
   * asks for a pod to come or to go: a taint under which the pod may stay wakes nobody, and the counts of the status are
   * out of date until something else does (recorded).
   */
  #nodeChanged(change: Change<'Node'>): void {
    const { type, object, previous } = change;
    if (type === 'DELETED') return this.#standings.nodeChanged(change);
    if (
      previous !== undefined &&
      previous.metadata.labels === object.metadata.labels &&
      previous.spec.taints === object.spec.taints
    ) {
      return;
    }
    this.#standings.nodeChanged(change);
    for (const set of this.#sets.list()) {
      const { run, stay } = eligibilityOf(set, object);
      if (run !== stay) continue;
      if (run !== this.#index.has(set.metadata.uid, object.metadata.name)) this.#host.enqueue(keyOf(set));
    }
  }

  // ---- The sync ----

  *sync(key: string): SyncSteps {
    if (!this.#written.hasRead(key)) return BEHIND;
    const set = this.#sets.get(key);
    if (set === undefined) {
      this.#written.forget(key);
      this.#expectations.forget(key);
      return;
    }
    if (isEmptySelector(set.spec.selector)) {
      const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
      this.#host.record(set, 'Warning', 'SelectingAll', message);
      return;
    }
    // What is left of a set that goes away is not for its controller to judge.
    if (set.metadata.deletionTimestamp !== undefined) return;
    const standings = this.#standings.begin(set);
    const history = yield* settleHistory(set, yield* this.#claimRevisions(set), () => this.#claimPods(set));
    const look = (): Steps<NodeStandings> => this.#look(set, standings, hashOf(history.current));
    if (!this.#expectations.satisfied(key)) {
      yield* this.#writeStatus(key, set, yield* look(), false);
      return;
    }
    const update = yield* attempt(this.#update(key, set, history, look));
    yield* this.#writeStatus(key, set, yield* look(), true);
    if (!update.ok) throw update.error;
  }

  *#claimRevisions(set: DaemonSet): Steps<readonly ControllerRevision[]> {
    const { uid, namespace } = set.metadata;
    const { selector } = set.spec;
    const candidates = [...this.#revisions.ownedBy(uid), ...this.#revisions.orphans(namespace, selector)];
    return yield* claim(set, candidates, compileLabelSelector(selector));
  }

  *#claimPods(set: DaemonSet): Steps<readonly Pod[]> {
    const { uid, namespace } = set.metadata;
    const { selector } = set.spec;
    const candidates = [...this.#pods.ownedBy(uid), ...this.#pods.orphans(namespace, selector)];
    return yield* claim(set, candidates, compileLabelSelector(selector));
  }

  /** Nobody is to be adopted or released: the pods are those that are filed under the set. */
  #isSettled({ metadata, spec }: DaemonSet): boolean {
    const matches = compileLabelSelector(spec.selector);
    for (const labels of this.#index.labelsOf(metadata.uid)) if (!matches(labels)) return false;
    return this.#pods.orphans(metadata.namespace, spec.selector).length === 0;
  }

  /** How the nodes stand, with the pods as the cache has them by now. */
  *#look(set: DaemonSet, kept: NodeStandings, hash: string): Steps<NodeStandings> {
    const settled = this.#isSettled(set);
    const pods = settled ? this.#index.all(set.metadata.uid) : allByNode(yield* this.#claimPods(set));
    const standings = settled ? kept : new NodeStandings(kept.nodes());
    return standings.look({ set, hash, now: this.#host.now() }, pods);
  }

  *#update(key: string, set: DaemonSet, { current, old }: History, look: () => Steps<NodeStandings>): Steps<void> {
    const hash = hashOf(current);
    const { uid } = set.metadata;
    const wrote = (pod: Pod): void => this.#written.wroteAt(key, uid, 'Pod', pod.metadata.resourceVersion);
    const actor: Actor = { host: this.#host, key, set, hash, expectations: this.#expectations, wrote };
    const judge = { host: this.#host, key, set, hash, failed: this.#failed };
    yield* applyChanges(actor, needsOf(judge, yield* look()));
    if (set.spec.updateStrategy.type === 'RollingUpdate' && this.#expectations.satisfied(key)) {
      const standings = yield* look();
      yield* applyChanges(actor, updateStep({ set, hash, now: this.#host.now() }, standings));
    }
    if (old.length > set.spec.revisionHistoryLimit) yield* cleanUpHistory(set, old, yield* this.#claimPods(set));
  }

  *#writeStatus(key: string, set: DaemonSet, standings: NodeStandings, observed: boolean): Steps<void> {
    const counts = countsOf(standings);
    const after = yield* writeStatus(set, counts, observed);
    if (after !== set) {
      this.#written.wroteAt(key, set.metadata.uid, 'DaemonSet', after.metadata.resourceVersion);
    }
    // Counted from here, and not from when the pods became ready as a ReplicaSet and a StatefulSet do.
    const { minReadySeconds } = set.spec;
    if (minReadySeconds > 0 && counts.numberReady !== counts.numberAvailable) {
      this.#host.enqueueAfter(key, minReadySeconds * MICROS_PER_SECOND);
    }
  }
}
