import type { Container, ContainerState, ContainerStatus } from '../api/pod.ts';
import type { BackOff } from './back-off.ts';
import type { ContainerLife } from './container-behaviour.ts';
import type { ProbeWorker } from './prober.ts';
import { NO_EVENT } from './no-event.ts';

export const Role = { Init: 0, Sidecar: 1, Regular: 2 } as const;
export type Role = (typeof Role)[keyof typeof Role];

/** What the container runtime knows. */
export const RunState = { Absent: 0, Running: 1, Exited: 2 } as const;
export type RunState = (typeof RunState)[keyof typeof RunState];

/** A time that has not been. */
export const NEVER = -Infinity;

/** How far the stopping of a container has come. */
export const Stopping = { No: 0, PreStop: 1, WaitingItsTurn: 2, Signalled: 3 } as const;
export type Stopping = (typeof Stopping)[keyof typeof Stopping];

/**
 * One container of a pod on its node: the truth of the runtime, and what the kubelet has made of it. The two differ in
 * one thing only: an exit is a fact at once, and known after the next relist.
 */
export class ContainerRecord {
  readonly index: number;
  readonly role: Role;
  spec: Container;

  state: RunState = RunState.Absent;
  /** How often it was started before the present life. */
  attempt = 0;
  /** Its present life, from its start on. */
  life: ContainerLife | undefined;
  /** Probes and readiness have taken note of the present life. */
  begun = false;
  /** {@link NEVER}: it could not be started. */
  startedAt = 0;
  finishedAt = 0;
  exitCode = 0;
  exitReason = '';
  /** It has ended, and no relist has seen it yet. */
  exitUnseen = false;
  /** The image in its spec is no longer the one it runs. */
  definitionChanged = false;
  exitEvent = NO_EVENT;

  stopping: Stopping = Stopping.No;
  stopEvent = NO_EVENT;
  /** With what it will end once it was told to. */
  stopCode = 0;
  /** When the grace in seconds was granted, and how much of it was left then. */
  stopSince = 0;
  graceLeft = 0;

  /** How the life before the present one ended. */
  lastState: ContainerState | undefined;
  lastFinishedAt = NEVER;

  /** Why the last sync did not start it; empty: it did, or did not want to. */
  waitingReason = '';
  waitingMessage = '';
  crashes: BackOff | undefined;
  pulls: BackOff | undefined;
  pullAttempts = 0;
  lastPullError = '';

  started = false;
  ready = false;
  /** What liveness or startup probes have decided: it is to be killed. */
  condemnedBy: 'liveness' | 'startup' | undefined;
  probes: readonly ProbeWorker[] | undefined;
  readyEvent = NO_EVENT;

  status: ContainerStatus | undefined;

  constructor(index: number, role: Role, spec: Container) {
    this.index = index;
    this.role = role;
    this.spec = spec;
  }

  /** As the last relist saw it. */
  get seen(): RunState {
    return this.exitUnseen ? RunState.Running : this.state;
  }
}
