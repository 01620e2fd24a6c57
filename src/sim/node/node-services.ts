import type { Engine, EventKind } from '../engine/engine.ts';
import type { KeyedDraws } from '../engine/streams.ts';
import type { Parameters } from '../scenario/parameters.ts';
import type { ContainerBehaviours } from './container-behaviour.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import type { NodeDuration } from './node-durations.ts';
import type { Prober } from './prober.ts';
import type { WorkerSlots } from './worker-slots.ts';

/** The engine's kinds of events on nodes. Operand `a` is a pod's slot, `b` a container of it, unless said otherwise. */
export interface NodeEventKinds {
  readonly admitted: EventKind;
  readonly volumesMounted: EventKind;
  readonly sandboxCreated: EventKind;
  readonly containerCreated: EventKind;
  readonly containerStarted: EventKind;
  readonly postStartDone: EventKind;
  readonly containerExited: EventKind;
  readonly becameReady: EventKind;
  readonly relist: EventKind;
  readonly requeued: EventKind;
  readonly deadline: EventKind;
  readonly terminate: EventKind;
  readonly preStopDone: EventKind;
  readonly turnOver: EventKind;
  readonly stopped: EventKind;
  readonly reclaimed: EventKind;
  readonly sendStatus: EventKind;
  readonly retryDelete: EventKind;
  /** Operand `a` is the kubelet's index. */
  readonly imagePulled: EventKind;
}

export interface NodeDurations {
  readonly admission: NodeDuration;
  readonly volumeWait: NodeDuration;
  readonly statusDelay: NodeDuration;
  readonly teardown: NodeDuration;
}

/** What all kubelets share: the engine, what happens on nodes and how long it takes. */
export interface NodeServices {
  readonly engine: Engine;
  readonly parameters: Parameters;
  readonly behaviours: ContainerBehaviours;
  readonly kinds: NodeEventKinds;
  readonly durations: NodeDurations;
  /** The factor of U[1, 1.5) by which waits between syncs are stretched. */
  readonly jitter: KeyedDraws;
  /** When each kubelet's tickers tick, as a part of their period. */
  readonly phases: KeyedDraws;
  readonly runtime: ContainerRuntime;
  readonly prober: Prober;
  readonly workers: WorkerSlots;
}
