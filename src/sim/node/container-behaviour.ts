import type { Container, Pod } from '../api/pod.ts';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/**
 * One life of a container: what the process inside does from StartContainer on. Ages are microseconds since the start;
 * `Infinity` means never. Many containers may share one life.
 */
export interface ContainerLife {
  /** When it ends by itself. */
  readonly exitAge: number;
  readonly exitCode: number;
  /** As the runtime reports it, e.g. `OOMKilled`; absent: Completed or Error, by the exit code. */
  readonly exitReason?: string | undefined;
  /** From SIGTERM to its end; `Infinity`: it ignores the signal. */
  readonly stopDelay: number;
  readonly stopCode: number;
  /** When it is ready although no readiness probe asks; 0: as soon as it runs, as Kubernetes has it. */
  readonly readyAge: number;
  /** What a probe that looks at this age finds. */
  passes(probe: ProbeKind, age: number): boolean;
  /** The first age after `age` from which {@link passes} may answer differently. */
  nextTurn(probe: ProbeKind, age: number): number;
}

/** How a lifecycle hook goes: how long it takes, and whether it succeeds. */
export interface HookOutcome {
  readonly duration: number;
  readonly ok: boolean;
}

/** What the outside world does to pods on a node: the node asks, a workload (or a recording) answers. */
export interface ContainerBehaviours {
  /** The life that begins when the container is started for the `attempt`-th time, from 0. */
  life(pod: Pod, container: Container, attempt: number): ContainerLife;
  /** Why the `attempt`-th pull (from 0) of this container's image fails; undefined: it succeeds. */
  pullError(pod: Pod, container: Container, attempt: number): string | undefined;
  hook(pod: Pod, container: Container, hook: 'postStart' | 'preStop', attempt: number): HookOutcome;
}

/** Runs until it is stopped, well from the start, and ends as soon as it is told to. */
export const RUNS_FOREVER: ContainerLife = {
  exitAge: Infinity,
  exitCode: 0,
  stopDelay: 0,
  stopCode: 143,
  readyAge: 0,
  passes: () => true,
  nextTurn: () => Infinity,
};
