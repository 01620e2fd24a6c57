import { objectKey } from '../../api/kinds.ts';
import type { Pod } from '../../api/pod.ts';
import type { PodClass, Rejector } from './hints.ts';
import type { Seat } from './waiting-room.ts';

/** What an unschedulable pod is found by. */
export interface WaitingPlace {
  readonly schedulerName: string;
  readonly podClass: PodClass;
  /** Who rejected it; of a gated pod, who gates it. */
  readonly rejectors: readonly Rejector[];
}

/** Where a pod of the queue waits. `none`: popped, or gone. */
export type Room = 'none' | 'active' | 'backoff' | 'error-backoff' | 'unschedulable';

const NOBODY: ReadonlySet<string> = new Set();

/** A pod on its way through the scheduling queue (semantics sheet 5.1). Times in microseconds. */
export class QueuedPod {
  pod: Pod;
  readonly key: string;
  room: Room = 'none';
  /** When it entered the queue, or came back to it after its last attempt; not when it moved inside. */
  timestamp: number;
  /** Set with the timestamp: decides among equal ones. */
  sequence: number;
  attempts = 0;
  /** When it first became active. */
  initialAttemptTimestamp: number | undefined;
  unschedulableCount = 0;
  consecutiveErrors = 0;
  /** Cached until the next failed attempt. */
  backoffExpiration: number | undefined;
  #unschedulablePlugins: Set<string> | undefined;
  #pendingPlugins: Set<string> | undefined;
  gatingPlugin = '';

  // Where it waits; kept by the room it is in.
  seat: Seat | undefined = undefined;
  older: QueuedPod | undefined = undefined;
  newer: QueuedPod | undefined = undefined;
  place: WaitingPlace | undefined = undefined;

  constructor(
    pod: Pod,
    timestamp: number,
    sequence: number,
    key = objectKey(pod.metadata.namespace, pod.metadata.name),
  ) {
    this.pod = pod;
    this.key = key;
    this.timestamp = timestamp;
    this.sequence = sequence;
  }

  /** Who rejected it in its last attempt, or gates it. Most pods are never rejected, and pay for no set. */
  get unschedulablePlugins(): ReadonlySet<string> {
    return this.#unschedulablePlugins ?? NOBODY;
  }

  /** Who waits for something to happen outside. */
  get pendingPlugins(): ReadonlySet<string> {
    return this.#pendingPlugins ?? NOBODY;
  }

  rejectedBy(plugin: string): void {
    (this.#unschedulablePlugins ??= new Set()).add(plugin);
  }

  waitsFor(plugin: string): void {
    (this.#pendingPlugins ??= new Set()).add(plugin);
  }

  get gated(): boolean {
    return this.gatingPlugin !== '';
  }

  get hasRejectors(): boolean {
    return this.unschedulablePlugins.size > 0 || this.pendingPlugins.size > 0;
  }

  clearRejectors(): void {
    this.#unschedulablePlugins?.clear();
    this.#pendingPlugins?.clear();
    this.gatingPlugin = '';
  }
}
