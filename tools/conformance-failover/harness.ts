import { Engine, type EventKind } from '../../src/sim/engine/engine.ts';
import { sampler, type Distribution, type Sampler } from '../../src/sim/engine/samplers.ts';
import type { Stream } from '../../src/sim/engine/streams.ts';
import { EtcdCluster } from '../../src/sim/control-plane/etcd/cluster.ts';
import { EtcdClients, type EtcdClient } from '../../src/sim/control-plane/etcd/etcd-client.ts';
import type { EtcdError } from '../../src/sim/control-plane/etcd/errors.ts';
import type { EtcdOptions } from '../../src/sim/control-plane/etcd/options.ts';
import type { RaftChange } from '../../src/sim/control-plane/etcd/raft/raft.ts';
import { MACHINE } from './machine.ts';

/** A change of a member's raft state, with its time in microseconds. */
export interface LogEvent {
  readonly at: number;
  readonly member: number;
  readonly change: RaftChange;
}

/** A write of a client that has ended. */
export interface Write {
  readonly begun: number;
  ended: number;
  error: EtcdError | undefined;
  /** Whether it took effect, at whatever time. */
  present: boolean;
  over: boolean;
}

/** The recordings' harness: a cluster in order, clients, a log of what the members tell, and a clock to wait by. */
export class Harness {
  readonly engine: Engine;
  readonly cluster: EtcdCluster;
  readonly log: LogEvent[] = [];
  readonly writes: Write[] = [];
  readonly noise: Stream;
  readonly #clients: EtcdClients;
  readonly #doKind: EventKind;
  readonly #awakeKind: EventKind;
  readonly #slop: Sampler = sampler(MACHINE.sleepSlop);

  constructor(options: EtcdOptions, seed: string, term: number) {
    this.engine = new Engine({ seed });
    this.cluster = new EtcdCluster(this.engine, options);
    this.#clients = new EtcdClients(this.engine, this.cluster);
    this.noise = this.engine.stream('harness/noise');
    this.#doKind = this.engine.on('harness/do', (_a, _b, ref) => (ref as () => void)());
    this.#awakeKind = this.engine.on('harness/awake', () => this.engine.after(1_000_000, this.#awakeKind));
    this.engine.at(0, this.#awakeKind);
    this.cluster.observe({
      raftChanged: (member, change) => this.log.push({ at: this.engine.now, member, change }),
    });
    this.cluster.settle(this.noise.below(options.members), term, 1_000 + this.noise.below(1_000));
  }

  get now(): number {
    return this.engine.now;
  }

  client(endpoints: readonly number[], network: Distribution = MACHINE.client): EtcdClient {
    return this.#clients.create({ endpoints, network, keepalive: undefined });
  }

  draw(distribution: (typeof MACHINE)[keyof typeof MACHINE]): number {
    return sampler(distribution)(this.noise);
  }

  /** Does it after so long, and what Go's timers add. */
  later(micros: number, what: () => void): void {
    this.engine.after(micros + this.#slop(this.noise), this.#doKind, 0, 0, what);
  }

  /** Does it at that time exactly. */
  at(time: number, what: () => void): void {
    this.engine.at(time, this.#doKind, 0, 0, what);
  }

  wait(micros: number): void {
    this.engine.run({ until: this.engine.now + micros });
  }

  /** Looks every `every` microseconds until the condition holds, at most so long. False: it did not. */
  waitUntil(condition: () => boolean, every: number, most: number): boolean {
    const end = this.engine.now + most;
    while (!condition()) {
      if (this.engine.now >= end) return false;
      this.engine.run({ until: Math.min(end, this.engine.now + every) });
    }
    return true;
  }

  /** One write through a client; it knows at any later time whether it took effect. */
  write(client: EtcdClient, deadline: number, done: (write: Write) => void): Write {
    const write: Write = { begun: this.now, ended: -1, error: undefined, present: false, over: false };
    this.writes.push(write);
    const effect = (): boolean => {
      write.present = true;
      return true;
    };
    client.call('write', { effect }, deadline, (error) => {
      write.ended = this.now;
      write.error = error;
      write.over = true;
      done(write);
    });
    return write;
  }

  /** Everybody knows the same leader, and has applied what it has. */
  agreed(): boolean {
    const { leader, members } = this.cluster;
    if (leader < 0) return false;
    const { raft } = members[leader]!.process!;
    return members.every(
      ({ state, process }) =>
        state === 'running' &&
        process!.raft.lead === leader &&
        process!.raft.term === raft.term &&
        process!.appliedIndex >= raft.log.committed - 3,
    );
  }
}
