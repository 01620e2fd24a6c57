import type { Engine, EventKind } from '../../src/sim/engine/engine.ts';
import type { KeyedDraws } from '../../src/sim/engine/streams.ts';
import type { Change } from '../../src/sim/api/change.ts';
import { keyOf } from '../../src/sim/api/kinds.ts';
import { NO_LABELS, type Condition } from '../../src/sim/api/meta.ts';
import { conditionOf, conditionStatus, isPodTerminal, type Pod } from '../../src/sim/api/pod.ts';
import type { Node } from '../../src/sim/api/node.ts';
import type { ApiServer, Client } from '../../src/sim/api/request.ts';
import type { KubeletsNeeds, NodeAgents } from '../../src/sim/node/kubelets.ts';
import { FakePod } from './fake-pod.ts';
import { COMPLETION_INDEX, type Ordinals } from './ordinals.ts';
import { scriptOf } from './pod-annotations.ts';
import { PersistentClient } from './persistent-client.ts';
import { SerialClient } from './serial-client.ts';

const SECOND = 1_000_000;
/** From a deletion seen until the end, where nothing runs. */
const NOTHING_RUNS = 50_000;
/** A restart after the first exit. */
const FIRST_RESTART = 200_000;
const RESTART_BASE = 10 * SECOND;
const RENEW_EVERY = 10 * SECOND;
const RENEW_SPREAD = 400_000;
const REPORT_EVERY = 300 * SECOND;
/** What the recordings' program takes between two writes. */
const BETWEEN_WRITES = 4_000;
const BETWEEN_TRIES = 100_000;
const LEASES = 'kube-node-lease';

/** One node's kubelet. */
interface FakeKubelet {
  readonly index: number;
  readonly name: string;
  alive: boolean;
  node: Node;
  /** The node is there: it is not to be renewed or reported once it is deleted. */
  exists: boolean;
  renewals: number;
  readonly pods: Map<string, FakePod>;
}

/**
 * The fake kubelets of the recordings in the kubelets' place: clients of the API server that act out what the pods'
 * annotations say (see the README of the recordings), renew Leases, and report their nodes.
 */
export class FakeKubelets implements NodeAgents {
  readonly #engine: Engine;
  readonly #api: ApiServer;
  readonly #client: Client;
  readonly #pods: Client;
  readonly #ordinals: Ordinals;
  readonly #kubelets: FakeKubelet[] = [];
  readonly #byName = new Map<string, FakeKubelet>();
  readonly #timer: EventKind;
  readonly #quiet: EventKind;
  readonly #draws: KeyedDraws;
  #addresses = 0;

  /** @param persists they do not give up, and each pod's writes go their own way */
  constructor(needs: KubeletsNeeds, ordinals: Ordinals, persists = false) {
    this.#engine = needs.engine;
    this.#api = needs.api;
    this.#client = needs.api.client('fake-kubelets', undefined);
    const pods = needs.api.client('fake-kubelets/pods', undefined);
    this.#pods = persists
      ? new PersistentClient(pods, (act) => this.#after(BETWEEN_TRIES, act))
      : new SerialClient(pods, (act) => this.#after(BETWEEN_WRITES, act));
    this.#ordinals = ordinals;
    this.#draws = needs.engine.keyed('fake-kubelets/lease-phase');
    this.#timer = needs.engine.on('fake-kubelet/timer', (_a, _b, act) => (act as () => void)());
    this.#quiet = needs.engine.on('fake-kubelet/renewal', (index) => this.#renew(this.#kubelets[index]!), {
      background: true,
    });
    needs.api.watch({ kind: 'Node', receive: (change) => this.#nodeChanged(change as Change<'Node'>) });
  }

  addNode(node: Node): void {
    const { name } = node.metadata;
    const index = this.#kubelets.length;
    const kubelet: FakeKubelet = { index, name, alive: true, node, exists: true, renewals: 0, pods: new Map() };
    this.#kubelets.push(kubelet);
    this.#byName.set(name, kubelet);
    this.#api.watch({
      kind: 'Pod',
      nodeName: name,
      receive: (change) => this.#podChanged(kubelet, change as Change<'Pod'>),
    });
    this.#createLease(kubelet);
    this.#engine.after(this.#renewInterval(kubelet), this.#quiet, index);
    this.#reportLater(kubelet, this.#engine.now + REPORT_EVERY);
  }

  /** The kubelet falls silent: it writes nothing more. Its containers go on. */
  kill(name: string): void {
    this.#kubelet(name).alive = false;
  }

  /** The kubelet speaks again: it renews its Lease, reports its node, and catches up with its pods. */
  revive(name: string): void {
    const kubelet = this.#kubelet(name);
    kubelet.alive = true;
    this.#renewNow(kubelet);
    this.#report(kubelet);
    for (const pod of [...kubelet.pods.values()]) {
      if (pod.pod.metadata.deletionTimestamp !== undefined && !pod.ending) this.#begin(kubelet, pod);
      else this.#tell(kubelet, pod);
    }
  }

  /** Tells the kubelet that a pod turns ready or unready. */
  setReady(nodeName: string, uid: string, ready: boolean): void {
    const kubelet = this.#kubelet(nodeName);
    const pod = kubelet.pods.get(uid);
    if (pod === undefined || pod.life !== 'running') return;
    pod.ready = ready;
    this.#tell(kubelet, pod);
  }

  #kubelet(name: string): FakeKubelet {
    const kubelet = this.#byName.get(name);
    if (kubelet === undefined) throw new Error(`there is no node ${name}`);
    return kubelet;
  }

  #after(micros: number, act: () => void): void {
    this.#engine.after(micros, this.#timer, 0, 0, act);
  }

  // ---- pods

  #podChanged(kubelet: FakeKubelet, change: Change<'Pod'>): void {
    const pod = change.object;
    const { uid } = pod.metadata;
    const known = kubelet.pods.get(uid);
    if (change.type === 'DELETED') {
      if (known !== undefined) known.done = true;
      kubelet.pods.delete(uid);
      return;
    }
    if (known === undefined) {
      if (!isPodTerminal(pod)) this.#found(kubelet, pod);
      return;
    }
    known.pod = pod;
    if (isPodTerminal(pod) && known.life !== 'terminated' && known.phase !== pod.status.phase) {
      // Somebody else said that the pod has failed: the kubelet does not speak up for it.
      known.done = true;
    }
    if (pod.metadata.deletionTimestamp !== undefined && !known.ending && kubelet.alive) this.#begin(kubelet, known);
  }

  #found(kubelet: FakeKubelet, pod: Pod): void {
    const { annotations, labels, uid } = pod.metadata;
    const index = annotations[COMPLETION_INDEX] ?? labels[COMPLETION_INDEX];
    const script = scriptOf(annotations, this.#ordinals.ofPod(uid), index);
    const n = ++this.#addresses;
    const fake = new FakePod(pod, script, `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`);
    kubelet.pods.set(uid, fake);
    this.#tell(kubelet, fake);
    if (pod.metadata.deletionTimestamp !== undefined) this.#begin(kubelet, fake);
    else if (script.start !== undefined) this.#after(script.start, () => this.#start(kubelet, fake));
  }

  #start(kubelet: FakeKubelet, pod: FakePod): void {
    const { script } = pod;
    if (pod.ending || pod.done || pod.life === 'running') return;
    pod.life = 'running';
    pod.phase = 'Running';
    pod.ready = script.ready === 0;
    this.#tell(kubelet, pod);
    const running = pod.restarts;
    const later = (micros: number, act: () => void): void =>
      this.#after(micros, () => {
        if (pod.life === 'running' && pod.restarts === running && !pod.done) act();
      });
    const turn = (ready: boolean): void => {
      pod.ready = ready;
      this.#tell(kubelet, pod);
    };
    if (script.ready !== undefined && script.ready > 0) later(script.ready, () => turn(true));
    if (script.unready !== undefined) {
      const { after, again } = script.unready;
      later(after, () => turn(false));
      if (again !== undefined) later(after + again, () => turn(true));
    }
    const { exit } = script;
    if (exit !== undefined) later(exit.after, () => this.#exit(kubelet, pod, exit.code));
  }

  #exit(kubelet: FakeKubelet, pod: FakePod, code: number): void {
    if (pod.ending) return;
    pod.terminate(code);
    const { restartPolicy = 'Always' } = pod.pod.spec;
    const restarts = restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && code !== 0);
    if (!restarts) pod.phase = code === 0 ? 'Succeeded' : 'Failed';
    this.#tell(kubelet, pod);
    if (!restarts) return;
    const wait = pod.restarts === 0 ? FIRST_RESTART : RESTART_BASE * 2 ** (pod.restarts - 1);
    this.#after(wait, () => {
      if (pod.ending || pod.done) return;
      pod.restarts++;
      this.#start(kubelet, pod);
    });
  }

  /** A deletion was seen: after `term`, at most the grace period, the pod has failed and goes. */
  #begin(kubelet: FakeKubelet, pod: FakePod): void {
    if (pod.ending || pod.done) return;
    pod.ending = true;
    if (isPodTerminal(pod.pod)) {
      this.#remove(kubelet, pod);
      return;
    }
    const grace = (pod.pod.metadata.deletionGracePeriodSeconds ?? 30) * SECOND;
    const wait = pod.life === 'running' ? Math.min(pod.script.term, grace) : NOTHING_RUNS;
    this.#after(wait, () => {
      if (pod.done) return;
      pod.terminate();
      pod.phase = 'Failed';
      this.#tell(kubelet, pod, () => this.#remove(kubelet, pod));
    });
  }

  #remove(kubelet: FakeKubelet, pod: FakePod): void {
    if (pod.done || !kubelet.alive) return;
    this.#pods.send(
      { verb: 'delete', kind: 'Pod', key: keyOf(pod.pod), uid: pod.uid, gracePeriodSeconds: 0 },
      () => undefined,
    );
  }

  #tell(kubelet: FakeKubelet, pod: FakePod, then?: () => void): void {
    pod.told = kubelet.alive;
    if (!kubelet.alive || pod.done) return;
    const status = pod.statusAt(this.#engine.now);
    this.#pods.send({ verb: 'patch-status', kind: 'Pod', key: keyOf(pod.pod), uid: pod.uid, status }, () => then?.());
  }

  // ---- nodes

  #nodeChanged({ type, object }: Change<'Node'>): void {
    const kubelet = this.#byName.get(object.metadata.name);
    if (kubelet === undefined) return;
    kubelet.exists = type !== 'DELETED';
    kubelet.node = object;
    const unready = conditionStatus(object.status.conditions, 'Ready') !== 'True';
    if (kubelet.exists && kubelet.alive && unready) this.#report(kubelet);
  }

  #reportLater(kubelet: FakeKubelet, at: number): void {
    this.#engine.at(at, this.#timer, 0, 0, () => {
      this.#report(kubelet);
      this.#reportLater(kubelet, at + REPORT_EVERY);
    });
  }

  /** A status patch of the node: ready, heard of now. */
  #report(kubelet: FakeKubelet): void {
    if (!kubelet.alive || !kubelet.exists) return;
    const now = this.#engine.now;
    const second = now - (now % SECOND);
    const { node } = kubelet;
    const before = conditionOf(node.status.conditions, 'Ready');
    const since = before?.status === 'True' ? (before.lastTransitionTime ?? second) : second;
    const conditions = [{ ...READY, lastTransitionTime: since, lastHeartbeatTime: second }];
    // It knows of no condition but Ready: a report takes the others away.
    const object: Node = {
      ...node,
      metadata: { ...node.metadata, resourceVersion: 0 },
      status: { ...node.status, conditions },
    };
    this.#client.send({ verb: 'update', object, subresource: 'status' }, () => undefined);
  }

  #createLease(kubelet: FakeKubelet): void {
    const now = this.#engine.now;
    this.#client.send(
      {
        verb: 'create',
        object: {
          kind: 'Lease',
          metadata: {
            name: kubelet.name,
            namespace: LEASES,
            uid: '',
            resourceVersion: 0,
            generation: 0,
            creationTimestamp: 0,
            labels: NO_LABELS,
            annotations: NO_LABELS,
            ownerReferences: [],
            finalizers: [],
          },
          spec: {
            holderIdentity: kubelet.name,
            leaseDurationSeconds: 40,
            acquireTime: now,
            renewTime: now,
            leaseTransitions: 0,
          },
        },
      },
      () => undefined,
    );
  }

  #renew(kubelet: FakeKubelet): void {
    if (kubelet.exists) this.#renewNow(kubelet);
    this.#engine.after(this.#renewInterval(kubelet), this.#quiet, kubelet.index);
  }

  #renewInterval(kubelet: FakeKubelet): number {
    return RENEW_EVERY + Math.floor(this.#draws.uniform(kubelet.index, kubelet.renewals++) * RENEW_SPREAD);
  }

  #renewNow(kubelet: FakeKubelet): void {
    if (!kubelet.alive) return;
    const patch = { spec: { renewTime: this.#engine.now } };
    this.#client.send({ verb: 'patch', kind: 'Lease', key: `${LEASES}/${kubelet.name}`, patch }, () => undefined);
  }
}

/** The one condition that the recordings' nodes have. */
export const READY: Condition = { type: 'Ready', status: 'True', reason: 'KubeletReady' };
