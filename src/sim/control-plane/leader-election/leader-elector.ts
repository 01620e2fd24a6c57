import type { Clockwork } from '../../engine/clockwork.ts';
import type { EventHandle, EventKind } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import { objectKey } from '../../api/kinds.ts';
import type { Lease } from '../../api/core.ts';
import { newObjectMeta } from '../../api/new-object-meta.ts';
import type { Client, Request, Response } from '../../api/request.ts';
import type { LeaderElectionParameters } from './parameters.ts';

const NO_ANSWER: Response = { ok: false, code: 0, reason: 'Timeout', message: 'context deadline exceeded' };

/** What an elector works on and for whom. */
export interface LeaderElectorOptions {
  readonly clockwork: Clockwork;
  /** A client of its own: the election does not wait behind the component's requests. */
  readonly client: Client;
  readonly lease: { readonly namespace: string; readonly name: string };
  /** What it writes into `holderIdentity`. */
  readonly identity: string;
  readonly parameters: LeaderElectionParameters;
  startedLeading(): void;
  /** It could not renew in time: the process has to end, since another may lead by now. */
  lostLease(): void;
}

/**
 * client-go's leader election (kubernetes-behaviour.md 3.0). A candidate takes the Lease when nobody holds it or when, on
 * its own clock, the record has not changed for as long as the record says it is good for; what the record says of times
 * it never reads. The leader renews, and gives up when it has not succeeded for `renewDeadline`. Nothing but the
 * resourceVersion keeps two from taking it at once.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #jitter: Stream;
  readonly #tryKind: EventKind;
  readonly #timeoutKind: EventKind;
  readonly #deadlineKind: EventKind;
  /** The record as last seen or written, and when that was by the own clock. */
  #observed: Lease | undefined;
  #observedAt = 0;
  #leads = false;
  #done = false;
  /** Tells the answer that is waited for from those that come too late. */
  #attempt = 0;
  #answer: ((response: Response) => void) | undefined;
  #timeout: EventHandle | undefined;
  #deadline: EventHandle | undefined;

  constructor(options: LeaderElectorOptions) {
    const { clockwork } = options;
    this.#options = options;
    this.#jitter = clockwork.stream('leader-election/jitter');
    const background = { background: true };
    this.#tryKind = clockwork.on('leader-election/try', () => this.#try(), background);
    this.#timeoutKind = clockwork.on('leader-election/request-timed-out', (a) => this.#timedOut(a), background);
    this.#deadlineKind = clockwork.on('leader-election/renew-deadline', () => this.#giveUp(), background);
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** Joins the election: the first try is at once. */
  run(): void {
    this.#try();
  }

  /**
   * SIGTERM. Gives the Lease back where the component does so, so that the next leader need not wait.
   *
   * @param then called when the process may end
   */
  stop(then: () => void): void {
    this.#done = true;
    this.#settle();
    if (!this.#leads || !this.#options.parameters.releaseOnCancel || this.#observed === undefined) {
      then();
      return;
    }
    this.#leads = false;
    const now = this.#options.clockwork.now;
    const spec: Lease['spec'] = {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: this.#observed.spec.leaseTransitions,
    };
    this.#options.client.send({ verb: 'update', object: { ...this.#observed, spec } }, then);
  }

  #try(): void {
    if (this.#done) return;
    const { clockwork, parameters } = this.#options;
    if (this.#leads && this.#deadline === undefined) {
      this.#deadline = clockwork.after(parameters.renewDeadlineMicros, this.#deadlineKind);
    }
    // Who leads by the own record writes without looking.
    if (this.#leads && this.#isGood()) this.#write(this.#renewed(), () => this.#look());
    else this.#look();
  }

  /** The slow way: what does the Lease say? */
  #look(): void {
    const { lease } = this.#options;
    this.#send({ verb: 'get', kind: 'Lease', key: objectKey(lease.namespace, lease.name) }, (response) => {
      if (response.ok) this.#read(response.object as Lease);
      else if (response.reason === 'NotFound') this.#create();
      else this.#failed();
    });
  }

  #read(lease: Lease): void {
    if (this.#observed?.metadata.resourceVersion !== lease.metadata.resourceVersion) this.#observe(lease);
    const { holderIdentity } = lease.spec;
    const own = holderIdentity === this.#options.identity;
    if (holderIdentity !== '' && !own && this.#isGood()) {
      this.#failed();
      return;
    }
    this.#write(own ? this.#renewed() : this.#taken(), () => this.#failed());
  }

  #create(): void {
    const { lease, clockwork, identity } = this.#options;
    const metadata = newObjectMeta(lease);
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: this.#durationSeconds,
      acquireTime: clockwork.now,
      renewTime: clockwork.now,
      leaseTransitions: 0,
    };
    this.#written({ verb: 'create', object: { kind: 'Lease', metadata, spec } }, () => this.#failed());
  }

  #renewed(): Lease {
    const lease = this.#observed!;
    const { clockwork } = this.#options;
    return {
      ...lease,
      spec: { ...lease.spec, leaseDurationSeconds: this.#durationSeconds, renewTime: clockwork.now },
    };
  }

  #taken(): Lease {
    const lease = this.#observed!;
    const { now } = this.#options.clockwork;
    const spec: Lease['spec'] = {
      holderIdentity: this.#options.identity,
      leaseDurationSeconds: this.#durationSeconds,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: lease.spec.leaseTransitions + 1,
    };
    return { ...lease, spec };
  }

  #write(lease: Lease, otherwise: () => void): void {
    this.#written({ verb: 'update', object: lease }, otherwise);
  }

  #written(request: Request, otherwise: () => void): void {
    this.#send(request, (response) => {
      if (!response.ok) {
        otherwise();
        return;
      }
      this.#observe(response.object as Lease);
      this.#succeeded();
    });
  }

  #observe(lease: Lease): void {
    this.#observed = lease;
    this.#observedAt = this.#options.clockwork.now;
  }

  /** Whether the record, by the own clock, still binds. */
  #isGood(): boolean {
    const seconds = this.#observed?.spec.leaseDurationSeconds ?? 0;
    return this.#observedAt + seconds * 1_000_000 > this.#options.clockwork.now;
  }

  get #durationSeconds(): number {
    return Math.floor(this.#options.parameters.leaseDurationMicros / 1_000_000);
  }

  #succeeded(): void {
    const { clockwork, parameters } = this.#options;
    this.#settle();
    if (!this.#leads) {
      this.#leads = true;
      this.#options.startedLeading();
      // The renewing begins at once.
      if (!this.#done) clockwork.after(0, this.#tryKind);
      return;
    }
    clockwork.after(parameters.retryPeriodMicros, this.#tryKind);
  }

  #failed(): void {
    if (this.#done) return;
    const { clockwork, parameters } = this.#options;
    const { retryPeriodMicros, jitterFactor } = parameters;
    const wait = this.#leads
      ? retryPeriodMicros
      : Math.round(retryPeriodMicros * (1 + this.#jitter.next() * jitterFactor));
    clockwork.after(wait, this.#tryKind);
  }

  #send(request: Request, answer: (response: Response) => void): void {
    const { client, clockwork, parameters } = this.#options;
    const attempt = ++this.#attempt;
    this.#answer = answer;
    // The election's client gives a request half the deadline.
    this.#timeout = clockwork.after(Math.floor(parameters.renewDeadlineMicros / 2), this.#timeoutKind, attempt | 0);
    client.send(request, (response) => {
      if (attempt !== this.#attempt || this.#done) return;
      this.#cancelTimeout();
      answer(response);
    });
  }

  #timedOut(attempt: number): void {
    if (attempt !== (this.#attempt | 0)) return;
    this.#attempt++;
    this.#timeout = undefined;
    // An error like any other: who has tried the quick way looks what the Lease says now, at once.
    this.#answer?.(NO_ANSWER);
  }

  #giveUp(): void {
    this.#deadline = undefined;
    if (this.#done || !this.#leads) return;
    this.#done = true;
    this.#leads = false;
    this.#settle();
    this.#options.lostLease();
  }

  #settle(): void {
    this.#cancelTimeout();
    if (this.#deadline !== undefined) this.#options.clockwork.cancel(this.#deadline);
    this.#deadline = undefined;
  }

  #cancelTimeout(): void {
    if (this.#timeout !== undefined) this.#options.clockwork.cancel(this.#timeout);
    this.#timeout = undefined;
  }
}
