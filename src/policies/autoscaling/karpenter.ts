import type { Change } from '../../sim/api/change.ts';
import { isPodTerminal, type Pod } from '../../sim/api/pod.ts';
import type { CloudProvider } from '../../sim/policy-api/cloud.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  ControllerProcess,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { PassClock } from '../controllers/pass-clock.ts';
import { PodsOnNodes } from '../controllers/pods-on-nodes.ts';
import { isNodeReady } from './cluster-autoscaler/cluster-state.ts';
import { isDaemonSetPod } from './cluster-autoscaler/drainability.ts';
import { standingOf } from './cluster-autoscaler/pending-pods.ts';
import { withoutNode } from './cluster-autoscaler/removal.ts';
import type { Candidate, Command } from './karpenter/consolidation.ts';
import { Disruption } from './karpenter/disruption.ts';
import { claimFor, type NodeClaim } from './karpenter/node-claim.ts';
import { Offerings, type Offering } from './karpenter/offerings.ts';
import { KARPENTER_DEFAULTS, type KarpenterSettings } from './karpenter/settings.ts';
import type { Solution } from './karpenter/solver.ts';
import { Termination } from './karpenter/termination.ts';
import { WhatIf } from './karpenter/what-if.ts';
import { ClusterSnapshot } from './simulation/cluster-snapshot.ts';
import { instantiate } from './simulation/templates.ts';

const PROVISION = 'provision';
const DISRUPT = 'disrupt';
const POLLING_PERIOD = 10_000_000;
const IDLE_PASS = 2_000;
/** A command that was found is looked at again after so long, before it is carried out. */
const VALIDATION_DELAY = 15_000_000;
const REGISTRATION_TIMEOUT = 900_000_000;
/** A replacement that is not ready by then is given up. */
const REPLACEMENT_TIMEOUT = 600_000_000;
/** An expiry that is further away is no reason for a run to go on. */
const FORESEEABLE = 86_400_000_000;

/** Karpenter as a component beside the controller manager, with the rate limit of its own client. */
export function karpenterProcess(settings: Partial<KarpenterSettings> = {}): ControllerProcess {
  return {
    process: 'karpenter',
    client: { qps: 200, burst: 300 },
    controllers: [karpenter({ ...KARPENTER_DEFAULTS, ...settings })],
  };
}

/**
 * Karpenter: for pods that no node can take it launches machines one by one, of the cheapest type that takes them, and it
 * lets nodes go that are empty or whose pods have a place elsewhere, or on something cheaper (kubernetes-behaviour.md 6.2).
 */
export function karpenter(settings: KarpenterSettings): ControllerFactory {
  return (host) => {
    const { cloud } = host;
    if (cloud === undefined) throw new Error('karpenter needs a cloud with instance types');
    return new Karpenter(host, cloud, settings);
  };
}

/** A command whose nodes are tainted, and whose replacement is on its way. */
interface Waiting {
  readonly command: Command;
  readonly replacement: string;
  readonly until: number;
}

class Karpenter implements Controller {
  readonly name = 'karpenter';
  readonly eventSource = 'karpenter';
  readonly workers = 64;
  readonly handlers = {
    DaemonSet: () => this.#changed(),
    Node: (change: Change<'Node'>) => this.#nodeChanged(change),
    Pod: (change: Change<'Pod'>) => this.#podChanged(change),
    PodDisruptionBudget: () => this.#changed(),
  };
  readonly #host: ControllerHost;
  readonly #cloud: CloudProvider;
  readonly #settings: KarpenterSettings;
  readonly #nodes: ControllerLister<'Node'>;
  readonly #pods: ControllerLister<'Pod'>;
  readonly #daemonSets: ControllerLister<'DaemonSet'>;
  readonly #podsOnNodes: PodsOnNodes;
  readonly #snapshot: ClusterSnapshot;
  readonly #offerings: Offerings;
  readonly #whatIf: WhatIf;
  readonly #termination: Termination;
  readonly #disruption: Disruption;
  readonly #claims = new Map<string, NodeClaim>();
  readonly #clock: PassClock;
  readonly #waiting: Waiting[] = [];
  #numbered = new Map<string, number>();
  #batchBegan: number | undefined;
  #batchEnds = 0;
  #changedAt = 0;
  #validating: { readonly command: Command; readonly at: number } | undefined;

  constructor(host: ControllerHost, cloud: CloudProvider, settings: KarpenterSettings) {
    this.#host = host;
    this.#cloud = cloud;
    this.#settings = settings;
    this.#nodes = host.lister('Node');
    this.#pods = host.lister('Pod');
    this.#daemonSets = host.lister('DaemonSet');
    this.#podsOnNodes = new PodsOnNodes(this.#pods);
    this.#snapshot = new ClusterSnapshot(host);
    this.#offerings = new Offerings(cloud);
    this.#whatIf = new WhatIf(this.#snapshot, this.#offerings, settings.nodePools);
    this.#termination = new Termination({
      host,
      cloud,
      podsOn: (nodeName) => this.#podsOnNodes.of(nodeName),
      claimOf: (nodeName) => this.#claims.get(nodeName),
      isGone: (nodeName) => {
        this.#claims.delete(nodeName);
        this.#changed();
      },
    });
    const budgets = host.lister('PodDisruptionBudget');
    this.#disruption = new Disruption({
      claims: this.#claims,
      pools: settings.nodePools,
      node: (name) => this.#nodes.get(name),
      budgets: () => budgets.list(),
      movable: (nodeName) => this.#movable(nodeName),
      infoOf: (pod) => this.#snapshot.infoOf(pod),
      simulate: (candidates) => this.#simulateWithout(candidates),
    });
    this.#clock = new PassClock(POLLING_PERIOD, IDLE_PASS, Math.floor(host.random() * POLLING_PERIOD));
  }

  // ---- What happens to the queue ----

  #changed(): void {
    this.#changedAt = this.#host.now();
    this.#armDisruption(this.#changedAt);
  }

  #armDisruption(time: number): void {
    if (time === Infinity) return;
    const now = this.#host.now();
    this.#host.enqueueAfter(DISRUPT, this.#clock.after(Math.max(time, now)) - now);
  }

  #nodeChanged({ type, object }: Change<'Node'>): void {
    const { name } = object.metadata;
    const claim = this.#claims.get(name);
    this.#changed();
    if (claim === undefined || type === 'DELETED') return;
    claim.isRegistered = true;
    if (claim.isInitialized || !isNodeReady(object)) return;
    claim.isInitialized = true;
    claim.lastPodEvent = this.#host.now();
    if (this.#waiting.some(({ replacement }) => replacement === name)) this.#host.enqueue(DISRUPT);
  }

  #podChanged(change: Change<'Pod'>): void {
    const { type, object, previous } = change;
    this.#podsOnNodes.apply(change);
    this.#changed();
    const claim = this.#claims.get(object.spec.nodeName ?? '');
    const wasBound = (previous?.spec.nodeName ?? '') !== '';
    const hasMoved =
      type === 'DELETED' || !wasBound || (previous !== undefined && isPodTerminal(previous) !== isPodTerminal(object));
    if (claim !== undefined && hasMoved) claim.lastPodEvent = this.#host.now();
    if (claim?.leavingFor !== undefined && type === 'DELETED') this.#termination.goOn(claim.name);
    if (type !== 'DELETED' && standingOf(object).kind === 'unschedulable') this.#batch();
  }

  /** Pods that come together are served together: until a second of quiet, for ten seconds at most. */
  #batch(): void {
    const now = this.#host.now();
    const { batchIdleDuration, batchMaxDuration } = this.#settings;
    this.#batchBegan ??= now;
    this.#batchEnds = Math.min(now + batchIdleDuration, this.#batchBegan + batchMaxDuration);
    this.#host.enqueueAfter(PROVISION, this.#batchEnds - now);
  }

  *sync(key: string): SyncSteps {
    const nodeName = this.#termination.nodeOfKey(key);
    if (nodeName !== undefined) yield* this.#termination.sync(nodeName);
    else if (key === PROVISION) this.#provision();
    else yield* this.#disrupt();
  }

  // ---- More ----

  #provision(): void {
    const now = this.#host.now();
    if (this.#batchBegan !== undefined && now < this.#batchEnds) {
      this.#host.enqueueAfter(PROVISION, this.#batchEnds - now);
      return;
    }
    this.#batchBegan = undefined;
    const pods = this.#podsToServe();
    if (pods.length === 0) return;
    const { claims, placed, helpless } = this.#place(pods, []);
    for (const name of placed.keys())
      this.#nominate(
        name,
        placed.get(name)!.map(({ pod }) => pod),
      );
    for (const claim of claims) {
      const launched = this.#launch(claim.offerings);
      if (launched !== undefined)
        this.#nominate(
          launched.name,
          claim.pods.map(({ pod }) => pod),
        );
    }
    for (const { pod } of helpless) {
      this.#host.record(
        pod,
        'Warning',
        'FailedScheduling',
        'Failed to schedule pod, no instance type of any NodePool takes it',
      );
    }
    // Pods that wait are looked at again every ten seconds; what the cloud was out of comes back later.
    const due = this.#offerings.nextDue(now);
    if (due !== Infinity) this.#host.enqueueAfter(PROVISION, due - now + 1);
  }

  /** Pods that the scheduler has no place for, and those whose nodes are on their way out. */
  #podsToServe(): readonly Pod[] {
    const waiting = this.#pods.list().filter((pod) => standingOf(pod).kind === 'unschedulable' && !isDaemonSetPod(pod));
    const leaving = [...this.#claims.values()].filter(({ leavingFor }) => leavingFor !== undefined);
    return [...waiting, ...leaving.flatMap(({ name }) => this.#movable(name).map(withoutNode))];
  }

  #nominate(nodeName: string, pods: readonly Pod[]): void {
    const claim = this.#claims.get(nodeName);
    const window = Math.max(2 * this.#settings.batchMaxDuration, 10_000_000);
    if (claim !== undefined) claim.nominatedUntil = this.#host.now() + window;
    const what = claim === undefined ? `node/${nodeName}` : `nodeclaim/${nodeName}`;
    for (const pod of pods) this.#host.record(pod, 'Normal', 'Nominated', `Pod should schedule on: ${what}`);
  }

  /** Asks for the cheapest; what the cloud is out of is left for a while. Undefined: it has none of them. */
  #launch(offerings: readonly Offering[]): NodeClaim | undefined {
    const now = this.#host.now();
    for (const offering of offerings) {
      const { pool, type, zone, template } = offering;
      const number = this.#numbered.get(pool.name) ?? 0;
      const name = `${pool.name}-${number}`;
      const { node } = instantiate({ ...template, daemonSets: [] }, name);
      const order = {
        pool: pool.name,
        instanceType: type.name,
        zone,
        node: { ...node, metadata: { ...node.metadata, uid: '' } },
      };
      if (this.#cloud.launch(order) !== undefined) {
        this.#offerings.ranOut(offering, now);
        continue;
      }
      this.#numbered.set(pool.name, number + 1);
      const claim = claimFor(name, offering, now);
      this.#claims.set(name, claim);
      this.#armDisruption(now + REGISTRATION_TIMEOUT);
      if (pool.expireAfter <= FORESEEABLE) this.#armDisruption(now + pool.expireAfter);
      return claim;
    }
    // Without them other pools, or other types, may do.
    this.#host.enqueueAfter(PROVISION, this.#settings.batchIdleDuration);
    return undefined;
  }

  // ---- What would become of pods ----

  #place(pods: readonly Pod[], without: readonly Candidate[]): Solution {
    const view = {
      nodes: this.#nodes.list(),
      pods: this.#pods.list(),
      daemonSets: this.#daemonSets.list(),
      claims: this.#claims,
      now: this.#host.now(),
    };
    return this.#whatIf.place(view, pods, new Set(without.map(({ claim }) => claim.name)));
  }

  #simulateWithout(candidates: readonly Candidate[]): Solution {
    const pods = candidates.flatMap((one) => one.pods.map(({ pod }) => withoutNode(pod)));
    return this.#place([...this.#podsToServe(), ...pods], candidates);
  }

  /** Pods of a node that would have to go elsewhere. */
  #movable(nodeName: string): readonly Pod[] {
    return this.#podsOnNodes
      .of(nodeName)
      .filter((pod) => !isPodTerminal(pod) && !isDaemonSetPod(pod) && pod.metadata.deletionTimestamp === undefined);
  }

  // ---- Less ----

  *#disrupt(): Steps<void> {
    const now = this.#host.now();
    yield* this.#settleReplacements(now);
    this.#giveUpAndExpire(now);
    if (this.#validating !== undefined) {
      if (now < this.#validating.at) {
        this.#host.enqueueAfter(DISRUPT, this.#validating.at - now);
        return;
      }
      const { command } = this.#validating;
      this.#validating = undefined;
      const valid = this.#disruption.validated(command, now);
      if (valid !== undefined) yield* this.#start(valid);
      this.#clock.endedAt(this.#host.now());
      this.#armDisruption(this.#host.now());
      return;
    }
    const command = this.#disruption.next(now);
    this.#clock.endedAt(this.#host.now());
    if (command !== undefined) {
      this.#validating = { command, at: now + VALIDATION_DELAY };
      this.#host.enqueueAfter(DISRUPT, VALIDATION_DELAY);
      return;
    }
    if (this.#changedAt >= now) this.#armDisruption(now);
    this.#armDisruption(this.#nextDue(now));
  }

  /** When time alone will make a difference. */
  #nextDue(now: number): number {
    const moments: number[] = this.#waiting.map(({ until }) => until);
    for (const claim of this.#claims.values()) {
      const { pool, lastPodEvent, launchedAt, nominatedUntil, isRegistered } = claim;
      moments.push(nominatedUntil, lastPodEvent + pool.consolidateAfter);
      if (pool.expireAfter <= FORESEEABLE) moments.push(launchedAt + pool.expireAfter);
      if (!isRegistered) moments.push(launchedAt + REGISTRATION_TIMEOUT);
    }
    return moments.reduce((least, at) => (at > now ? Math.min(least, at) : least), Infinity);
  }

  *#start(command: Command): Steps<void> {
    const now = this.#host.now();
    const { candidates, reason } = command;
    for (const { claim } of candidates) {
      claim.isDisrupted = true;
      yield* this.#termination.taint(claim.name);
    }
    if (command.replacement.length === 0) {
      this.#letGo(command);
      return;
    }
    const replacement = this.#launch(command.replacement);
    if (replacement === undefined) {
      yield* this.#takeBack(command);
      return;
    }
    for (const { claim } of candidates) this.#tell(claim, 'DisruptionLaunching', `Launching NodeClaim: ${reason}`);
    this.#waiting.push({ command, replacement: replacement.name, until: now + REPLACEMENT_TIMEOUT });
  }

  #letGo({ candidates, reason }: Command): void {
    for (const { claim } of candidates) {
      this.#tell(claim, 'DisruptionTerminating', `Disrupting Node: ${reason}`);
      claim.leavingFor = reason;
      this.#termination.goOn(claim.name);
    }
    this.#batch();
  }

  *#takeBack({ candidates }: Command): Steps<void> {
    for (const { claim } of candidates) {
      claim.isDisrupted = false;
      yield* this.#termination.untaint(claim.name);
    }
  }

  /** Commands whose replacement is ready go on; those whose replacement does not come are taken back. */
  *#settleReplacements(now: number): Steps<void> {
    for (const one of [...this.#waiting]) {
      const claim = this.#claims.get(one.replacement);
      const isReady = claim?.isInitialized === true;
      const isLost = claim === undefined || claim.leavingFor !== undefined || now >= one.until;
      if (!isReady && !isLost) continue;
      this.#waiting.splice(this.#waiting.indexOf(one), 1);
      if (isReady) this.#letGo(one.command);
      else yield* this.#takeBack(one.command);
    }
  }

  #giveUpAndExpire(now: number): void {
    for (const claim of this.#claims.values()) {
      if (claim.leavingFor !== undefined) continue;
      if (!claim.isRegistered && claim.launchedAt + REGISTRATION_TIMEOUT <= now) claim.leavingFor = 'Unregistered';
      else if (claim.launchedAt + claim.pool.expireAfter <= now) claim.leavingFor = 'Expired';
      else continue;
      this.#termination.goOn(claim.name);
      this.#batch();
    }
  }

  #tell({ name }: NodeClaim, reason: string, message: string): void {
    const node = this.#nodes.get(name);
    if (node !== undefined) this.#host.record(node, 'Normal', reason, message);
  }
}
