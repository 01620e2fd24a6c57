import type { Clockwork } from '../../engine/clockwork.ts';
import type { EventKind } from '../../engine/engine.ts';
import { LeaderElector } from '../leader-election/leader-elector.ts';
import type { LeaderElectionParameters } from '../leader-election/parameters.ts';
import type { ReplicaName } from '../../scenario/faults.ts';
import { ProcessApi, type ComponentApi, type ProcessWatches } from './process-api.ts';
import { Process } from './process.ts';

/** A component of which several may run and one acts. */
export interface ElectedComponent {
  /** As its Lease in kube-system is called: `kube-controller-manager`. */
  readonly name: string;
  readonly replicas: number;
  readonly election: LeaderElectionParameters;
  /** The process has started, as one of several. Returns what it does when it leads. */
  main(process: Process, api: ComponentApi): () => void;
}

interface Replica {
  readonly process: Process;
  elector: LeaderElector | undefined;
  /** How often it was started: every life has an identity of its own. */
  lives: number;
  /** How often the kubelet has started it again, and when it did last. */
  restarts: number;
  restartedAt: number;
}

/** An end of a process, as an observer is told of it. Signals count as negative codes, as in Python and in the recordings. */
export interface Exit {
  readonly replica: number;
  readonly code: number;
}

/** From SIGTERM until a process is gone that gives nothing back. Recorded: 22 to 32 ms. Microseconds. */
const TERMINATION_MICROS = 23_000;
/** From SIGTERM until a process that does begins to: with the write it is gone after as long. */
const NOTICE_MICROS = 17_500;
const SIGTERM = -15;
const SECOND = 1_000_000;
/** The kubelet of a control plane's static pod: sees the end within a second, backs off from the second time on. */
const NOTICED_MICROS = SECOND;
const BACK_OFF_MICROS = 10 * SECOND;
const LONGEST_BACK_OFF_MICROS = 300 * SECOND;
const FORGOTTEN_AFTER_MICROS = 600 * SECOND;

/**
 * The replicas of a component with their election: each a process of its own that the timeline may kill, pause and start
 * again. Who loses its Lease exits, as the real ones do.
 */
export class Replicas {
  readonly component: ElectedComponent;
  onExit: ((exit: Exit) => void) | undefined;
  readonly #engine: Clockwork;
  readonly #api: ComponentApi & ProcessWatches;
  readonly #restarts: boolean;
  readonly #replicas: Replica[] = [];
  readonly #terminated: EventKind;
  readonly #awaits: EventKind;
  #restarted: EventKind | undefined;
  #isAwaiting = false;

  /** @param restarts whether a process that ends by itself is started again, as static pods are */
  constructor(engine: Clockwork, api: ComponentApi & ProcessWatches, component: ElectedComponent, restarts = false) {
    this.#engine = engine;
    this.#api = api;
    this.component = component;
    this.#restarts = restarts;
    this.#terminated = engine.on(`${component.name}/terminated`, (index, life) => {
      const { process, elector, lives } = this.#replicas[index]!;
      if (lives !== life || process.state === 'dead') return;
      if (component.election.releaseOnCancel) elector!.stop(() => this.#exit(index, 0));
      else this.#exit(index, SIGTERM);
    });
    this.#awaits = engine.on(`${component.name}/leader-awaited`, () => {
      this.#isAwaiting = false;
      this.#await();
    });
    for (let i = 0; i < component.replicas; i++) {
      const process = new Process(engine, `${component.name}-${i}`);
      this.#replicas.push({ process, elector: undefined, lives: 0, restarts: 0, restartedAt: 0 });
    }
    this.#replicas.forEach((_, index) => this.start(index));
  }

  /** The replica that believes to lead; the last one where two do. `undefined`: nobody does. */
  get leader(): number | undefined {
    return this.leaders.at(-1);
  }

  /** All who believe to lead: two for a while where one was held up. */
  get leaders(): readonly number[] {
    return this.#replicas.flatMap(({ process, elector }, i) => (process.state !== 'dead' && elector?.leads ? [i] : []));
  }

  /** `undefined`: there is no such replica now. */
  find(name: ReplicaName): number | undefined {
    if (typeof name === 'number') return name < this.#replicas.length ? name : undefined;
    const { leader } = this;
    if (name === 'leader') return leader;
    const index = this.#replicas.findIndex(({ process }, i) => i !== leader && process.state === 'running');
    return index < 0 ? undefined : index;
  }

  /** The names of the processes that are meant: as those on the network know them. */
  namesOf(which: ReplicaName | 'every'): readonly string[] {
    if (which === 'every') return this.#replicas.map(({ process }) => process.name);
    const index = this.find(which);
    return index === undefined ? [] : [this.#replicas[index]!.process.name];
  }

  /** A new process in the place of one that has ended; nothing where it runs. */
  start(index: number): void {
    const replica = this.#replicas[index]!;
    const { component } = this;
    const { process } = replica;
    if (process.state !== 'dead') return;
    replica.lives++;
    process.start(() => {
      const api = new ProcessApi(process, this.#api);
      const lead = component.main(process, api);
      replica.elector = new LeaderElector({
        clockwork: process,
        client: api.client(`${component.name}/leader-election`, undefined),
        lease: { namespace: 'kube-system', name: component.name },
        identity: `${process.name}_${replica.lives}`,
        parameters: component.election,
        startedLeading: lead,
        lostLease: () => {
          this.#exit(index, 1);
          if (this.#restarts) this.#startAgain(index);
        },
      });
      replica.elector.run();
    });
    this.#await();
  }

  /** SIGKILL. */
  kill(index: number): void {
    if (this.#replicas[index]!.process.state !== 'dead') this.#exit(index, -9);
  }

  /** SIGTERM: some give their Lease back and exit in order, the others die of it. */
  terminate(index: number): void {
    const { process, lives } = this.#replicas[index]!;
    if (process.state !== 'running') return;
    const { releaseOnCancel } = this.component.election;
    this.#engine.after(releaseOnCancel ? NOTICE_MICROS : TERMINATION_MICROS, this.#terminated, index, lives);
  }

  /** SIGSTOP. */
  pause(index: number): void {
    const { process } = this.#replicas[index]!;
    if (process.state !== 'running') return;
    process.pause();
    this.#api.stopReading(process.name);
    this.#await();
  }

  /** SIGCONT. */
  resume(index: number): void {
    const { process } = this.#replicas[index]!;
    if (process.state !== 'paused') return;
    process.resume();
    this.#api.readOn(process.name);
  }

  /** Its work takes so many times as long from now on; 1: as usual. */
  slowDown(index: number, factor: number): void {
    this.#replicas[index]!.process.slowness = factor;
  }

  #exit(index: number, code: number): void {
    const replica = this.#replicas[index]!;
    replica.process.kill();
    this.#api.closeWatches(replica.process.name);
    replica.elector = undefined;
    this.onExit?.({ replica: index, code });
    this.#await();
  }

  /** It has ended by itself: its kubelet starts it again, later each time. */
  #startAgain(index: number): void {
    const replica = this.#replicas[index]!;
    const { now } = this.#engine;
    if (now - replica.restartedAt > FORGOTTEN_AFTER_MICROS) replica.restarts = 0;
    let pause = replica.restarts === 0 ? 0 : BACK_OFF_MICROS;
    for (let i = 1; i < replica.restarts && pause < LONGEST_BACK_OFF_MICROS; i++) pause *= 2;
    replica.restarts++;
    replica.restartedAt = now + NOTICED_MICROS + Math.min(pause, LONGEST_BACK_OFF_MICROS);
    this.#restarted ??= this.#engine.on(`${this.component.name}/started-again`, (one, life) => {
      if (this.#replicas[one]!.lives === life) this.start(one);
    });
    this.#engine.at(replica.restartedAt, this.#restarted, index, replica.lives);
  }

  /** The election is background work. While nobody acts and somebody will, the run has something to wait for. */
  #await(): void {
    const { leader } = this;
    const acts = leader !== undefined && this.#replicas[leader]!.process.state === 'running';
    if (this.#isAwaiting || acts || !this.#replicas.some(({ process }) => process.state === 'running')) return;
    this.#isAwaiting = true;
    this.#engine.after(SECOND, this.#awaits);
  }
}
