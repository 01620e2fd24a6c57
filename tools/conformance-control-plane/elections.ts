import { controllers } from '../../src/policies/controllers/registry.ts';
import { defaultPolicies } from '../../src/policies/default-policies.ts';
import type { Lease } from '../../src/sim/api/core.ts';
import { SimulatedApiServer } from '../../src/sim/control-plane/api-server/api-server.ts';
import { EventBroadcaster } from '../../src/sim/control-plane/event-recorder.ts';
import {
  LEADER_ELECTION,
  type LeaderElectionParameters,
} from '../../src/sim/control-plane/leader-election/parameters.ts';
import { controllerManagers, schedulers } from '../../src/sim/control-plane/process/components.ts';
import { Replicas, type ElectedComponent } from '../../src/sim/control-plane/process/replicas.ts';
import { Scheduler } from '../../src/sim/control-plane/scheduler/scheduler.ts';
import { Engine } from '../../src/sim/engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../../src/sim/default-parameters.ts';
import { namespaceOf } from './namespace.ts';
import { NotReplayed } from './not-replayed.ts';
import { durationMicros } from './pod-annotations.ts';
import type { Recording } from './recording.ts';

const SECOND = 1_000_000;
/** The first leader has led for a while when the recording begins. */
const BEFORE_ZERO = 10 * SECOND;
/** Nobody takes longer to find a new leader. */
const PATIENCE = 120 * SECOND;
/** How closely the harness looks at what happens. */
const LOOK = 1_000;

interface Handover {
  run: number;
  takeover_s?: number;
  since_last_renewal_s?: number;
  transitions?: readonly number[];
  holder_cleared_s?: number;
  exit_s?: number;
  exit_code?: number;
  after_sigcont_exit_s?: number;
}

/** Repeated failures of a leader: the Lease over time, and one line a run. */
export function replayElections({ input, name }: Recording, seed: string): ReadonlyMap<string, string> {
  const [plan] = input.steps as unknown as readonly { readonly repeat: number; readonly do: readonly string[] }[];
  if (plan?.do === undefined) throw new NotReplayed('an election without a plan');
  const world = new ElectionWorld(componentOf(input.flags ?? {}, name), name, seed);
  const runs: Handover[] = [];
  for (let run = 1; run <= plan.repeat; run++) runs.push({ run, ...world.carryOut(plan.do) });
  return new Map([
    ['timeline.jsonl', world.lines.map((line) => JSON.stringify(line) + '\n').join('')],
    ['facts.json', JSON.stringify({ runs }, undefined, 1) + '\n'],
  ]);
}

type Make = (engine: Engine, api: SimulatedApiServer) => ElectedComponent;

function componentOf(flags: Readonly<Record<string, readonly string[]>>, name: string): Make {
  const [component] = Object.keys(flags).filter((one) => one === 'kube-controller-manager' || one === 'kube-scheduler');
  if (component === undefined) throw new NotReplayed(`an election of ${name}`);
  const election = electionOf(flags[component]!, component === 'kube-scheduler');
  if (component === 'kube-controller-manager') {
    return () => controllerManagers(2, DEFAULT_PARAMETERS, [...controllers().values()], election);
  }
  return () =>
    schedulers(
      2,
      (process, api) => {
        const recorder = (): EventBroadcaster =>
          new EventBroadcaster(process, api.client('events', undefined), 'default-scheduler', true);
        const { scheduler: policy } = defaultPolicies();
        return new Scheduler({ engine: process, api, parameters: DEFAULT_PARAMETERS, policy, recorder });
      },
      election,
    );
}

function electionOf(flags: readonly string[], releaseOnCancel: boolean): LeaderElectionParameters {
  const valueOf = (flag: string, byDefault: number): number => {
    const found = flags.map((one) => new RegExp(`^--${flag}=(\\S+)`).exec(one)?.[1]).find((one) => one !== undefined);
    return found === undefined ? byDefault : durationMicros(found);
  };
  return {
    leaseDurationMicros: valueOf('leader-elect-lease-duration', LEADER_ELECTION.leaseDurationMicros),
    renewDeadlineMicros: valueOf('leader-elect-renew-deadline', LEADER_ELECTION.renewDeadlineMicros),
    retryPeriodMicros: valueOf('leader-elect-retry-period', LEADER_ELECTION.retryPeriodMicros),
    jitterFactor: LEADER_ELECTION.jitterFactor,
    releaseOnCancel:
      releaseOnCancel || flags.some((flag) => flag.includes('ControllerManagerReleaseLeaderElectionLockOnExit=true')),
  };
}

interface Line {
  readonly t: number;
  readonly rv: number;
  readonly type: string;
  readonly kind: 'Lease';
  readonly name: string;
  readonly what: Record<string, unknown>;
}

class ElectionWorld {
  readonly lines: Line[] = [];
  readonly #engine: Engine;
  readonly #replicas: Replicas;
  readonly #name: string;
  readonly #holders = new Map<string, string>();
  #lease: Lease | undefined;
  #firstRevision = 0;
  #exit: { readonly at: number; readonly code: number } | undefined;

  constructor(make: Make, name: string, seed: string) {
    this.#name = name;
    this.#engine = new Engine({ seed: `${name}/${seed}` });
    const api = new SimulatedApiServer(this.#engine, DEFAULT_PARAMETERS);
    api.install(namespaceOf('kube-system'));
    api.observe(({ change, revision }) => {
      if (change.object.kind === 'Lease') this.#seen(change.object, revision);
    });
    this.#replicas = new Replicas(this.#engine, api, make(this.#engine, api));
    this.#replicas.onExit = ({ code }) => (this.#exit = { at: this.#engine.now, code });
    this.#pass(BEFORE_ZERO);
    this.#firstRevision = api.store.revision;
    this.#write('ADDED', this.#firstRevision, this.#describe(this.#lease!));
  }

  carryOut(steps: readonly string[]): Omit<Handover, 'run'> {
    const handover: Omit<Handover, 'run'> = {};
    let signalled = 0;
    let struck = 0;
    for (const step of steps) {
      const wait = /^wait (\S+) s and U\[(\S+), (\S+)\) s more$/.exec(step);
      const signal = /^SIG(KILL|TERM|STOP) to the leader$/.exec(step);
      if (wait !== null) {
        const [least, from, to] = wait.slice(1).map((text) => Number(text) * SECOND);
        const draws = this.#engine.keyed('harness/wait');
        this.#pass(Math.round(least! + from! + draws.uniform(this.lines.length, 0) * (to! - from!)));
      } else if (signal !== null) {
        struck = this.#replicas.leader!;
        signalled = this.#engine.now;
        handover.transitions = [this.#lease!.spec.leaseTransitions];
        this.#strike(signal[1]!, struck, handover);
      } else if (/^wait until holderIdentity of the Lease changes/.test(step)) {
        this.#awaitNewHolder(signalled, handover);
      } else if (/SIGCONT/.test(step)) {
        this.#resume(struck, handover);
      } else if (/^start a new instance/.test(step)) {
        this.#replicas.start(struck);
      } else {
        throw new NotReplayed(`step ${step}`);
      }
    }
    return handover;
  }

  #strike(signal: string, leader: number, handover: Omit<Handover, 'run'>): void {
    const renewed = this.#lease!.spec.renewTime;
    handover.since_last_renewal_s = (this.#engine.now - renewed) / SECOND;
    this.#exit = undefined;
    if (signal === 'KILL') this.#replicas.kill(leader);
    else if (signal === 'STOP') this.#replicas.pause(leader);
    else this.#replicas.terminate(leader);
    if (signal === 'KILL') this.#exit = undefined;
  }

  #awaitNewHolder(signalled: number, handover: Omit<Handover, 'run'>): void {
    const before = this.#lease!.spec.holderIdentity;
    const sinceRenewal = handover.since_last_renewal_s ?? 0;
    const deadline = this.#engine.now + PATIENCE;
    while (this.#engine.now < deadline) {
      this.#pass(LOOK);
      const { holderIdentity, leaseTransitions } = this.#lease!.spec;
      const passed = (this.#engine.now - signalled) / SECOND;
      if (holderIdentity === '') handover.holder_cleared_s ??= passed;
      if (this.#exit !== undefined && handover.exit_s === undefined) {
        handover.exit_s = (this.#exit.at - signalled) / SECOND;
        handover.exit_code = this.#exit.code;
      }
      if (holderIdentity === '' || holderIdentity === before) continue;
      handover.takeover_s = passed;
      handover.since_last_renewal_s = sinceRenewal + passed;
      handover.transitions = [...(handover.transitions ?? []), leaseTransitions];
      return;
    }
    throw new NotReplayed('nobody took over');
  }

  #resume(replica: number, handover: Omit<Handover, 'run'>): void {
    const at = this.#engine.now;
    this.#replicas.resume(replica);
    while (this.#exit === undefined && this.#engine.now < at + PATIENCE) this.#pass(LOOK);
    if (this.#exit === undefined) throw new NotReplayed('the deposed leader did not end');
    handover.after_sigcont_exit_s = (this.#exit.at - at) / SECOND;
    handover.exit_code = this.#exit.code;
  }

  /** The election is background work: it alone would end a run. */
  #pass(micros: number): void {
    const until = this.#engine.now + micros;
    const kind = (this.#tick ??= this.#engine.on('harness/tick', () => undefined));
    this.#engine.at(until, kind);
    this.#engine.run({ until });
  }
  #tick: ReturnType<Engine['on']> | undefined;

  #seen(lease: Lease, revision: number): void {
    const previous = this.#lease;
    this.#lease = lease;
    if (this.#firstRevision === 0 || previous === undefined) return;
    const now = this.#describe(lease);
    const before = this.#describe(previous);
    const what = Object.fromEntries(Object.entries(now).filter(([key, value]) => value !== before[key]));
    this.#write('MODIFIED', revision, what);
  }

  #describe({ spec }: Lease): Record<string, unknown> {
    const millis = (time: number): number => Math.round((time - BEFORE_ZERO) / 1_000);
    return {
      holder: this.#holderName(spec.holderIdentity),
      renew: millis(spec.renewTime),
      acquire: millis(spec.acquireTime),
      transitions: spec.leaseTransitions,
      durationSeconds: spec.leaseDurationSeconds,
    };
  }

  #holderName(identity: string): string {
    if (identity === '') return '';
    let name = this.#holders.get(identity);
    if (name === undefined) this.#holders.set(identity, (name = `#${this.#holders.size + 1}`));
    return name;
  }

  #write(type: string, revision: number, what: Record<string, unknown>): void {
    const t = Math.round((this.#engine.now - BEFORE_ZERO) / 1_000);
    this.lines.push({ t, rv: revision - this.#firstRevision, type, kind: 'Lease', name: this.#name, what });
  }
}
