import type { Condition } from '../../src/sim/api/meta.ts';
import { conditionOf, type ContainerStatus, type Pod, type PodPhase, type PodStatus } from '../../src/sim/api/pod.ts';
import type { PodScript } from './pod-annotations.ts';

const SIGTERM_EXIT = 143;

export type Life = 'waiting' | 'running' | 'terminated';

/** One pod as the recordings' fake kubelet has it: what it does, whatever the API server knows of it. */
export class FakePod {
  pod: Pod;
  readonly script: PodScript;
  life: Life = 'waiting';
  phase: PodPhase = 'Pending';
  ready = false;
  exitCode = 0;
  restarts = 0;
  /** A deletion was seen and its end is under way. */
  ending = false;
  /** Its node's kubelet has nothing more to do with it. */
  done = false;
  /** Whether the API server has been told how it stands. */
  told = false;
  readonly ip: string;

  constructor(pod: Pod, script: PodScript, ip: string) {
    this.pod = pod;
    this.script = script;
    this.ip = ip;
  }

  get uid(): string {
    return this.pod.metadata.uid;
  }

  /** The container ends: by its script, or because it was told to. */
  terminate(exitCode = SIGTERM_EXIT): void {
    this.life = 'terminated';
    this.ready = false;
    this.exitCode = exitCode;
  }

  /** What a status patch says at `now`. */
  statusAt(now: number): Partial<PodStatus> {
    const second = now - (now % 1_000_000);
    const ready = this.ready ? 'True' : 'False';
    const conditions = ([type, status]: readonly [string, 'True' | 'False']): Condition => {
      const known = conditionOf(this.pod.status.conditions, type);
      const since = known?.status === status ? (known.lastTransitionTime ?? second) : second;
      return { type, status, lastTransitionTime: since };
    };
    const list: readonly (readonly [string, 'True' | 'False'])[] = [
      ['PodReadyToStartContainers', 'True'],
      ['Initialized', 'True'],
      ['ContainersReady', ready],
      ['Ready', ready],
    ];
    return {
      phase: this.phase,
      startTime: this.pod.status.startTime ?? second,
      hostIP: '172.16.0.1',
      ...(this.life === 'waiting' ? {} : { podIP: this.ip }),
      conditions: list.map(conditions),
      containerStatuses: this.pod.spec.containers.map((container) => this.#container(container, second)),
    };
  }

  #container(container: { readonly name: string; readonly image: string }, second: number): ContainerStatus {
    const { name, image } = container;
    const terminated = { exitCode: this.exitCode, reason: this.exitCode === 0 ? 'Completed' : 'Error' };
    return {
      name,
      image,
      ready: this.ready,
      started: this.life === 'running',
      restartCount: this.restarts,
      state:
        this.life === 'waiting'
          ? { waiting: { reason: 'ContainerCreating' } }
          : this.life === 'running'
            ? { running: { startedAt: second } }
            : { terminated: { ...terminated, startedAt: second, finishedAt: second } },
    };
  }
}
