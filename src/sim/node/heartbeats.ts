import type { Engine, EventKind } from '../engine/engine.ts';
import { sampler, type Sampler } from '../engine/samplers.ts';
import { stableHash } from '../engine/stable-hash.ts';
import type { KeyedDraws } from '../engine/streams.ts';
import { NODE_LEASE_NAMESPACE, type Lease } from '../api/core.ts';
import { newObjectMeta } from '../api/new-object-meta.ts';
import type { ApiServer, Client } from '../api/request.ts';
import type { Parameters } from '../scenario/parameters.ts';
import { Pulse } from './pulse.ts';

const LEASE_DURATION_SECONDS = 40;

interface Heart {
  readonly nodeName: string;
  readonly index: number;
  readonly entity: number;
  readonly pulse: Pulse;
  beating: boolean;
  /** Whether one of its beats was simulated: else whoever looks for it has to be told of those before the run. */
  hasBeaten: boolean;
  /** Which life of its kubelet this is: what an earlier one has scheduled is void. */
  life: number;
}

/** What reports a node's status, where every beat is simulated. */
export type StatusReport = (nodeName: string) => void;

/**
 * The heartbeats of all nodes. A healthy kubelet renews its Lease every ten seconds and reports its status every five
 * minutes, and nobody does anything about it: these beats cost no events, their times follow from arithmetic (see
 * {@link Pulse}). Only when a node falls silent, its Lease is written as the last beats have left it. `everyBeat`
 * simulates them one by one instead.
 */
export class Heartbeats {
  readonly #engine: Engine;
  readonly #client: Client;
  readonly #renewPeriod: number;
  readonly #reportPeriod: number;
  readonly #hops: readonly Sampler[];
  readonly #hopDraws: KeyedDraws;
  readonly #phases: KeyedDraws;
  readonly #jitter: KeyedDraws;
  readonly #everyBeat: boolean;
  readonly #hearts = new Map<string, Heart>();
  readonly #byIndex: Heart[] = [];
  readonly #beatKind: EventKind;
  readonly #reportKind: EventKind;
  readonly #missedKind: EventKind;
  readonly #report: StatusReport;

  constructor(engine: Engine, api: ApiServer, parameters: Parameters, everyBeat: boolean, report: StatusReport) {
    this.#engine = engine;
    this.#client = api.client('kubelet-heartbeats', undefined);
    this.#renewPeriod = parameters.kubelet.leaseRenewPeriod;
    this.#reportPeriod = parameters.kubelet.nodeStatusReportPeriod;
    const { network, apiServer, etcd, watch } = parameters;
    this.#hops = [network.clientToApiServer, apiServer.write, etcd.commit, watch.delivery].map(sampler);
    this.#hopDraws = engine.keyed('kubelet/heartbeat-hops');
    this.#phases = engine.keyed('kubelet/heartbeat-phase');
    this.#jitter = engine.keyed('kubelet/heartbeat-jitter');
    this.#everyBeat = everyBeat;
    this.#report = report;
    const background = { background: true };
    this.#missedKind = engine.on('kubelet/lease-missed', () => undefined);
    const alive = (index: number, life: number): Heart | undefined => {
      const heart = this.#byIndex[index]!;
      return heart.beating && heart.life === life ? heart : undefined;
    };
    this.#beatKind = engine.on(
      'kubelet/renew-lease',
      (index, life) => {
        const heart = alive(index, life);
        if (heart === undefined) return;
        heart.hasBeaten = true;
        this.#renew(heart, engine.now, undefined);
        engine.at(heart.pulse.renewalAfter(engine.now), this.#beatKind, index, life);
      },
      background,
    );
    this.#reportKind = engine.on(
      'kubelet/report-node-status',
      (index, life) => {
        const heart = alive(index, life);
        if (heart === undefined) return;
        this.#report(heart.nodeName);
        engine.at(heart.pulse.reportAfter(engine.now), this.#reportKind, index, life);
      },
      background,
    );
  }

  /** The node's kubelet has been well for long: its beats are somewhere in their rhythm. */
  goesOn(nodeName: string): void {
    const entity = stableHash(nodeName);
    const { now } = this.#engine;
    const renewedAt = now - Math.floor(this.#phases.uniform(entity, 0) * 2 * this.#renewPeriod);
    const reportedAt = now - Math.floor(this.#phases.uniform(entity, 1) * this.#reportPeriod);
    this.#begin(nodeName, entity, renewedAt, reportedAt);
  }

  /** The node's kubelet has just started: it renews its Lease at once. */
  begins(nodeName: string): void {
    const { now } = this.#engine;
    const heart = this.#begin(nodeName, stableHash(nodeName), now, now);
    this.#renew(heart, now, this.#everyBeat ? undefined : { steady: true, lastSeenAt: now });
  }

  /** No sign of the node gets through any more. */
  fallsSilent(nodeName: string): void {
    const heart = this.#hearts.get(nodeName);
    if (heart?.beating !== true) return;
    heart.beating = false;
    const { now } = this.#engine;
    if (this.#everyBeat && heart.hasBeaten) {
      // Beats are background work; that one is missing will be noticed, and the run goes on until then.
      this.#engine.after(2 * this.#renewPeriod, this.#missedKind);
      return;
    }
    const renewedAt = heart.pulse.renewalBefore(now);
    const seenAt = (at: number): number => at + this.#hopsOf(heart, at);
    const lastSeenAt = Math.max(seenAt(renewedAt), seenAt(heart.pulse.reportBefore(now)));
    this.#renew(heart, renewedAt, { steady: false, lastSeenAt });
  }

  /** A machine that is gone for good. */
  forgets(nodeName: string): void {
    this.#hearts.delete(nodeName);
  }

  #begin(nodeName: string, entity: number, renewedAt: number, reportedAt: number): Heart {
    const known = this.#hearts.get(nodeName);
    const index = known?.index ?? this.#byIndex.length;
    const life = (known?.life ?? -1) + 1;
    const pulse = new Pulse(this.#renewPeriod, this.#reportPeriod, renewedAt, reportedAt, (n) =>
      this.#jitter.uniform(entity, n),
    );
    const heart: Heart = { nodeName, index, entity, pulse, beating: true, hasBeaten: false, life };
    this.#hearts.set(nodeName, heart);
    this.#byIndex[index] = heart;
    if (this.#everyBeat) {
      const { now } = this.#engine;
      this.#engine.at(pulse.renewalAfter(now), this.#beatKind, index, life);
      this.#engine.at(pulse.reportAfter(now), this.#reportKind, index, life);
    }
    return heart;
  }

  /** From a beat until those who watch have seen it: microseconds. */
  #hopsOf({ entity }: Heart, at: number): number {
    const draws = this.#hopDraws.of(entity, Math.abs(at) % 0xffff_fff0);
    let sum = 0;
    for (const hop of this.#hops) sum += hop(draws);
    return sum;
  }

  #renew({ nodeName }: Heart, renewTime: number, heartbeat: Lease['heartbeat']): void {
    const object = leaseOf(nodeName, renewTime, heartbeat);
    this.#client.send({ verb: 'update', object }, (answer) => {
      if (!answer.ok && answer.reason === 'NotFound') this.#client.send({ verb: 'create', object }, () => undefined);
    });
  }
}

function leaseOf(nodeName: string, renewTime: number, heartbeat: Lease['heartbeat']): Lease {
  return {
    kind: 'Lease',
    metadata: newObjectMeta({ namespace: NODE_LEASE_NAMESPACE, name: nodeName }),
    spec: {
      holderIdentity: nodeName,
      leaseDurationSeconds: LEASE_DURATION_SECONDS,
      acquireTime: renewTime,
      renewTime,
      leaseTransitions: 0,
    },
    heartbeat,
  };
}
