import type { Change } from '../api/change.ts';
import type { Kind, Kinds } from '../api/kinds.ts';
import type { ApiObject } from '../api/kinds.ts';
import type { LabelSelector } from '../api/meta.ts';
import type { ClientRateLimit, Request, Response } from '../api/request.ts';
import type { CloudProvider } from './cloud.ts';
import type { SyncError } from './sync-error.ts';

/**
 * A controller as a policy. It owns no thread: its host calls `sync` for a key from the work queue, sends each request
 * it yields through the controller's own client, and resumes it with the answer. An array of requests is sent at once
 * and resumed with the answers in the same order. A sync that throws is retried with back-off, as an error in Go is; returning a SyncError is the same, and
 * costs nothing where it happens all the time.
 */
export type SyncSteps = Steps<SyncError | void>;

/** Part of a sync: yields requests as the whole does, and ends with a T for its caller. */
export type Steps<T> = Generator<Request | readonly Request[], T, Response & readonly Response[]>;

/** What the informers of the controller manager have delivered: possibly old, never torn. */
export interface ControllerLister<K extends Kind> {
  get(key: string): Kinds[K] | undefined;
  list(namespace?: string): readonly Kinds[K][];
  /** Objects whose controller reference has this uid. */
  ownedBy(uid: string): readonly Kinds[K][];
  /** Objects of a namespace without a controller reference that match: what adoption looks for. */
  orphans(namespace: string, selector: LabelSelector): readonly Kinds[K][];
  /** Objects of a namespace whose labels have all these pairs. */
  labelled(namespace: string, labels: Readonly<Record<string, string>>): readonly Kinds[K][];
  /** How many those are. */
  countLabelled(namespace: string, labels: Readonly<Record<string, string>>): number;
}

export interface ControllerHost {
  /** Microseconds. */
  now(): number;
  lister<K extends Kind>(kind: K): ControllerLister<K>;
  enqueue(key: string): void;
  enqueueAfter(key: string, delayMicros: number): void;
  /**
   * Looks at the key again as soon as the queue's rate limiter allows, though nothing failed. Looking again is periodic
   * work: where nothing else is left to happen, the run ends.
   */
  enqueueRateLimited(key: string): void;
  /**
   * Looks at the key again after a while, as periodic work does: where nothing else is left to happen, the run ends.
   * Microseconds.
   */
  enqueuePeriodically(key: string, delayMicros: number): void;
  /** Records an Event about an object, through the spam filter and the same client. */
  record(about: ApiObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
  /** Five characters of the alphabet Kubernetes uses, or more; from the controller's own stream. */
  randomSuffix(length: number): string;
  /** The next number of [0, 1) of the controller's own stream. */
  random(): number;
  /** The cloud under the cluster. Absent: the scenario has none. */
  readonly cloud?: CloudProvider | undefined;
}

export interface Controller {
  readonly name: string;
  /** Under which name its Events are. Absent: `<name>-controller`. */
  readonly eventSource?: string;
  /** Syncs that may be under way at once. */
  readonly workers: number;
  /** What happens to the queue when an object of a kind changes. The kinds named here are the informers it needs. */
  readonly handlers: { readonly [K in Kind]?: (change: Change<K>) => void };
  sync(key: string): SyncSteps;
  /** Retries after an error; then the key waits for its next change. Absent: for ever. */
  readonly maxRetries?: number;
  /** How much of the controller manager's rate limit its client gets. Absent: once. */
  readonly clientScale?: { readonly qps: number; readonly burst: number };
  /** The delay after the first error, doubled with each further one. Absent: 5 ms, at most 1,000 s. */
  readonly retryBackoff?: { readonly baseMicros: number; readonly maxMicros: number };
}

export type ControllerFactory = (host: ControllerHost) => Controller;

/** A process of its own beside kube-controller-manager, which runs controllers as that does. */
export interface ControllerProcess {
  /** Its client, its streams and its events are called by it. */
  readonly process: string;
  /** The token bucket of each controller's client. */
  readonly client: ClientRateLimit | undefined;
  readonly controllers: readonly ControllerFactory[];
}
