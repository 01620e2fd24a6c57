import type { Change } from '../../sim/api/change.ts';
import { compileLabelSelector } from '../../sim/api/label-selector.ts';
import { keyOf } from '../../sim/api/kinds.ts';
import { controllerOf, type Labels, type OwnerReference } from '../../sim/api/meta.ts';
import { newObjectMeta } from '../../sim/api/new-object-meta.ts';
import { isPodActive, isPodReady, readySince, type Pod } from '../../sim/api/pod.ts';
import type { Request, Response } from '../../sim/api/request.ts';
import { isNamespaceTerminating } from '../../sim/api/status-cause.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { untilNextAvailable } from './next-available.ts';
import { claim, controllerReference } from './ownership.ts';
import { podsToDelete } from './replica-set/deletion-order.ts';
import { Expectations } from './replica-set/expectations.ts';
import { OwnerKeys } from './replica-set/owner-keys.ts';
import { addTo, PodTally } from './replica-set/pod-tally.ts';
import { activeOnNodeOf } from './replica-set/related-by-node.ts';
import { selectorOf, type Replicated, type ReplicatedKind } from './replica-set/replicated.ts';
import { slowStart } from './replica-set/slow-start.ts';
import { calculateStatus, writeStatus } from './replica-set/status.ts';
import { BEHIND, WrittenVersions } from './replica-set/written-versions.ts';

const MICROS_PER_SECOND = 1_000_000;

/** At most so many pods are created or deleted in one sync. */
const BURST_REPLICAS = 500;

export interface ReplicaSetSettings {
  /** The gate StaleControllerConsistencyReplicaSet. */
  readonly waitsForItsWrites: boolean;
}

const REPLICA_SET_DEFAULTS: ReplicaSetSettings = { waitsForItsWrites: true };

/** Creates and deletes pods until a ReplicaSet has as many as it wants (kubernetes-behaviour.md 3.1). */
export function replicaSetController(settings: ReplicaSetSettings = REPLICA_SET_DEFAULTS): ControllerFactory {
  return (host) => new ReplicaSetController('ReplicaSet', 'replicaset', settings, host);
}

/** The same for a ReplicationController. */
export function replicationController(settings: ReplicaSetSettings = REPLICA_SET_DEFAULTS): ControllerFactory {
  return (host) => new ReplicaSetController('ReplicationController', 'replication', settings, host);
}

/** With the defaults of Kubernetes. */
export const replicaSet: ControllerFactory = replicaSetController();

/** The pods a sync works with: counted, and listed only where somebody has to look at them one by one. */
interface Holdings {
  readonly active: number;
  readonly fullyLabeled: number;
  readonly ready: number;
  /** How many of those are ready since when, in microseconds; empty where no time has to pass until they are available. */
  readonly readySince: ReadonlyMap<number, number>;
  readonly terminating: number;
  /** The active ones as they were at the start, in the order the cache saw them; empty where counting is enough. */
  readonly activePods: readonly Pod[];
}

class ReplicaSetController implements Controller {
  readonly name: string;
  readonly workers = 5;
  readonly handlers: Controller['handlers'];
  readonly #kind: ReplicatedKind;
  readonly #host: ControllerHost;
  readonly #replicaSets: ControllerLister<ReplicatedKind>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #expectations: Expectations;
  readonly #written: WrittenVersions;
  readonly #ownerKeys = new OwnerKeys();
  readonly #tally: PodTally;
  /** By uid of the ReplicaSet: its pods share one list of owners. */
  readonly #references = new Map<string, readonly OwnerReference[]>();

  constructor(kind: ReplicatedKind, name: string, settings: ReplicaSetSettings, host: ControllerHost) {
    this.#written = new WrittenVersions(settings.waitsForItsWrites);
    this.name = name;
    this.handlers = {
      ...({ [kind]: (change: Change<ReplicatedKind>) => this.#ownerChanged(change) } as object),
      Pod: (change: Change<'Pod'>) => this.#podChanged(change),
    };
    this.#kind = kind;
    this.#tally = new PodTally(kind);
    this.#host = host;
    this.#replicaSets = host.lister(kind);
    this.#pods = host.lister('Pod');
    this.#expectations = new Expectations(() => host.now());
  }

  // ---- What happens to the queue ----

  #ownerChanged({ type, object, previous }: Change<ReplicatedKind>): void {
    this.#written.observe(this.#kind, object.metadata.resourceVersion);
    const key = keyOf(object);
    if (type === 'DELETED' || (previous !== undefined && previous.metadata.uid !== object.metadata.uid)) {
      this.#expectations.forget(key);
      const { uid } = (previous ?? object).metadata;
      this.#written.forget(key, uid);
      this.#references.delete(uid);
    }
    this.#host.enqueue(key);
  }

  #podChanged(change: Change<'Pod'>): void {
    this.#written.observe('Pod', change.object.metadata.resourceVersion);
    this.#tally.apply(change);
    const { type, object, previous } = change;
    if (type === 'DELETED') this.#podGoes(object);
    else if (object.metadata.deletionTimestamp !== undefined) {
      this.#podGoes(object);
      if (previous !== undefined && previous.metadata.labels !== object.metadata.labels) this.#podGoes(previous);
    } else if (previous === undefined) this.#podAdded(object);
    else this.#podUpdated(object, previous);
  }

  /** A pod that is asked to go counts as gone: its replacement need not wait for it. */
  #podGoes(pod: Pod): void {
    const key = this.#ownerKeyOf(pod);
    if (key === undefined) return;
    this.#expectations.deletionObserved(key, keyOf(pod));
    this.#host.enqueue(key);
  }

  #podAdded(pod: Pod): void {
    if (controllerOf(pod.metadata) === undefined) return this.#enqueueWhoMightAdopt(pod);
    const key = this.#ownerKeyOf(pod);
    if (key === undefined) return;
    this.#expectations.creationObserved(key);
    this.#host.enqueue(key);
  }

  #podUpdated(pod: Pod, before: Pod): void {
    const changedHands =
      pod.metadata.ownerReferences !== before.metadata.ownerReferences &&
      controllerOf(pod.metadata)?.uid !== controllerOf(before.metadata)?.uid;
    if (changedHands) {
      const key = this.#ownerKeyOf(before);
      if (key !== undefined) this.#host.enqueue(key);
    }
    if (controllerOf(pod.metadata) !== undefined) {
      const key = this.#ownerKeyOf(pod);
      if (key === undefined) return;
      this.#host.enqueue(key);
      if (!isPodReady(pod) || isPodReady(before)) return;
      const { minReadySeconds } = this.#replicaSets.get(key)!.spec;
      if (minReadySeconds > 0) this.#host.enqueueAfter(key, minReadySeconds * MICROS_PER_SECOND);
    } else if (changedHands || before.metadata.labels !== pod.metadata.labels) {
      this.#enqueueWhoMightAdopt(pod);
    }
  }

  /** The key of the ReplicaSet that controls a pod, if the cache knows it. */
  #ownerKeyOf(pod: Pod): string | undefined {
    const known = this.#ownerKeys.of(pod);
    if (known === undefined || known.reference.kind !== this.#kind) return undefined;
    return this.#replicaSets.get(known.key)?.metadata.uid === known.reference.uid ? known.key : undefined;
  }

  #enqueueWhoMightAdopt(pod: Pod): void {
    for (const candidate of this.#replicaSets.list(pod.metadata.namespace)) {
      if (compileLabelSelector(selectorOf(candidate))(pod.metadata.labels)) this.#host.enqueue(keyOf(candidate));
    }
  }

  // ---- The sync ----

  *sync(key: string): SyncSteps {
    if (!this.#written.hasRead(key)) return BEHIND;
    const rs = this.#replicaSets.get(key);
    if (rs === undefined) {
      this.#written.forget(key);
      this.#expectations.forget(key);
      return;
    }
    const mayAct = this.#expectations.satisfied(key);
    const holdings = yield* this.#claimPods(rs);
    const failure =
      mayAct && rs.metadata.deletionTimestamp === undefined
        ? yield* this.#manageReplicas(key, rs, holdings)
        : undefined;

    const now = this.#host.now();
    const { minReadySeconds } = rs.spec;
    const available =
      minReadySeconds === 0 ? holdings.ready : countAvailable(holdings.readySince, minReadySeconds, now);
    const written = yield* writeStatus(rs, calculateStatus(rs, holdings, available, failure, now));
    this.#written.wroteAt(key, rs.metadata.uid, this.#kind, written.metadata.resourceVersion);
    if (minReadySeconds > 0 && holdings.ready !== available) {
      const since = holdings.readySince.keys();
      this.#host.enqueueAfter(key, untilNextAvailable(since, minReadySeconds, now, this.#host.now()));
    }
    if (failure !== undefined) throw new SyncError(failure);
  }

  /** The active pods that are the ReplicaSet's own, after adopting and releasing what needs it. */
  *#claimPods(rs: Replicated): Steps<Holdings> {
    const matches = compileLabelSelector(selectorOf(rs));
    const { uid, namespace } = rs.metadata;
    const templateLabels = rs.spec.template.metadata.labels;
    const isReadyEnough = rs.spec.minReadySeconds === 0;
    const since = new Map<number, number>();
    let active = 0;
    let ready = 0;
    let terminating = 0;
    let fullyLabeled = 0;
    let settled = true;
    for (const count of this.#tally.of(uid)) {
      if (!matches(count.labels)) {
        if (count.active > 0) settled = false;
        continue;
      }
      active += count.active;
      ready += count.ready;
      if (!isReadyEnough) for (const [time, pods] of count.readySince) addTo(since, time, pods);
      terminating += count.terminating;
      if (hasAll(count.labels, templateLabels)) fullyLabeled += count.active;
    }
    const orphans = this.#pods.orphans(namespace, selectorOf(rs)).filter(isPodActive);
    if (settled && orphans.length === 0) {
      const activePods = active <= rs.spec.replicas ? [] : this.#pods.ownedBy(uid).filter(isPodActive);
      return { active, ready, readySince: since, terminating, fullyLabeled, activePods };
    }
    const candidates = [...this.#pods.ownedBy(uid).filter(isPodActive), ...orphans];
    const held = yield* claim(rs, candidates, matches);
    const heldReady = held.filter(isPodReady);
    const heldSince = new Map<number, number>();
    if (!isReadyEnough) for (const pod of heldReady) addTo(heldSince, readySince(pod), 1);
    return {
      active: held.length,
      ready: heldReady.length,
      readySince: heldSince,
      terminating,
      fullyLabeled: held.filter((pod) => hasAll(pod.metadata.labels, templateLabels)).length,
      activePods: held,
    };
  }

  /** Gives why it failed, or undefined. */
  *#manageReplicas(key: string, rs: Replicated, holdings: Holdings): Steps<string | undefined> {
    const missing = rs.spec.replicas - holdings.active;
    if (missing > 0) return yield* this.#createPods(key, rs, Math.min(missing, BURST_REPLICAS));
    if (missing < 0) return yield* this.#deletePods(key, rs, holdings, Math.min(-missing, BURST_REPLICAS));
    return undefined;
  }

  *#createPods(key: string, rs: Replicated, count: number): Steps<string | undefined> {
    this.#expectations.expectCreations(key, count);
    const request: Request = { verb: 'create', object: this.#newPod(rs) };
    const { successes, failure } = yield* slowStart(
      count,
      () => request,
      (answer) => this.#podCreated(key, rs, answer),
    );
    for (let i = successes; i < count; i++) this.#expectations.creationObserved(key);
    return failure;
  }

  #podCreated(key: string, rs: Replicated, answer: Response): boolean {
    if (answer.ok) {
      const pod = answer.object as Pod;
      this.#written.wroteAt(key, rs.metadata.uid, 'Pod', pod.metadata.resourceVersion);
      this.#host.record(rs, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
      return true;
    }
    // In a namespace that goes away nothing is left to do.
    if (isNamespaceTerminating(answer)) return true;
    this.#host.record(rs, 'Warning', 'FailedCreate', `Error creating: ${answer.message}`);
    return false;
  }

  #newPod(rs: Replicated): Pod {
    const { template } = rs.spec;
    return {
      kind: 'Pod',
      metadata: newObjectMeta({
        namespace: rs.metadata.namespace,
        generateName: `${rs.metadata.name}-`,
        labels: template.metadata.labels,
        annotations: template.metadata.annotations,
        ownerReferences: this.#ownersOf(rs),
      }),
      spec: template.spec,
      status: { phase: 'Pending', conditions: [] },
    };
  }

  #ownersOf(rs: Replicated): readonly OwnerReference[] {
    const { uid } = rs.metadata;
    let owners = this.#references.get(uid);
    if (owners === undefined) this.#references.set(uid, (owners = Object.freeze([controllerReference(rs)])));
    return owners;
  }

  *#deletePods(key: string, rs: Replicated, holdings: Holdings, count: number): Steps<string | undefined> {
    // Those of its Deployment count together; without a controller there are none to count.
    const controller = controllerOf(rs.metadata);
    const related = controller === undefined ? [] : this.#replicaSets.ownedBy(controller.uid);
    const onNodeOf = activeOnNodeOf(related, { pods: this.#pods, tally: this.#tally });
    const victims = podsToDelete(holdings.activePods, count, onNodeOf, this.#host.now());
    this.#expectations.expectDeletions(key, victims.map(keyOf));
    const answers: readonly Response[] = yield victims.map((pod): Request => ({
      verb: 'delete',
      kind: 'Pod',
      key: keyOf(pod),
    }));
    let failure: string | undefined;
    answers.forEach((answer, i) => {
      const pod = victims[i]!;
      if (answer.ok) {
        this.#host.record(rs, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
        return;
      }
      this.#expectations.deletionObserved(key, keyOf(pod));
      if (answer.reason === 'NotFound') return;
      this.#host.record(rs, 'Warning', 'FailedDelete', `Error deleting: ${answer.message}`);
      failure ??= answer.message;
    });
    return failure;
  }
}

function hasAll(labels: Labels, wanted: Labels): boolean {
  if (labels === wanted) return true;
  for (const key of Object.keys(wanted)) if (labels[key] !== wanted[key]) return false;
  return true;
}

function countAvailable(since: ReadonlyMap<number, number>, minReadySeconds: number, now: number): number {
  let available = 0;
  for (const [time, pods] of since) if (time + minReadySeconds * MICROS_PER_SECOND <= now) available += pods;
  return available;
}
