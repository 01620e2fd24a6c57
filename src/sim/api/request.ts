import type { ApiObject, Kind } from './kinds.ts';
import type { PodStatus } from './pod.ts';
import type { Change } from './change.ts';

/**
 * What a client may ask of the API server. Requests are data. All of them travel, wait for the client's token bucket,
 * may fail, and are answered once.
 */
export type Request =
  | { readonly verb: 'create'; readonly object: ApiObject }
  | { readonly verb: 'get'; readonly kind: Kind; readonly key: string }
  /** PUT: with a resourceVersion other than 0 it is optimistic, and a stale one is answered 409 Conflict. */
  | { readonly verb: 'update'; readonly object: ApiObject; readonly subresource?: 'status' }
  /** A JSON merge patch (RFC 7386) of the main resource. */
  | {
      readonly verb: 'patch';
      readonly kind: Kind;
      readonly key: string;
      readonly uid?: string;
      readonly patch: Readonly<Record<string, unknown>>;
    }
  /** PATCH pods/status as the kubelet and the scheduler send it: the members of `status` replace the stored ones. */
  | {
      readonly verb: 'patch-status';
      readonly kind: 'Pod';
      readonly key: string;
      readonly uid: string;
      readonly status: Partial<PodStatus>;
    }
  /** POST pods/binding. 409 when the pod has a node, is being deleted, or is gated. */
  | { readonly verb: 'bind'; readonly key: string; readonly uid: string; readonly node: string }
  | {
      readonly verb: 'delete';
      readonly kind: Kind;
      readonly key: string;
      readonly uid?: string;
      readonly gracePeriodSeconds?: number;
      readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
    };

/** Reasons are those of a Kubernetes `Status`. */
export type Reason =
  'AlreadyExists' | 'BadRequest' | 'Conflict' | 'Forbidden' | 'Invalid' | 'NamespaceTerminating' | 'NotFound';

export type Response =
  | { readonly ok: true; readonly object: ApiObject | undefined }
  | { readonly ok: false; readonly code: number; readonly reason: Reason; readonly message: string };

/** A client of the API server, with an identity and a token bucket of its own. */
export interface Client {
  /** Sends `request` when the bucket has a token; `answer` is called once, later in simulated time, in no fixed order. */
  send(request: Request, answer: (response: Response) => void): void;
}

/** A watch of one kind. The receiver gets every change that matches, once, in order of resourceVersion. */
export interface Watch {
  readonly kind: Kind;
  /** Only pods bound to this node, as a kubelet watches them. A pod that becomes bound arrives as ADDED. */
  readonly nodeName?: string;
  /**
   * With `nodeName`: a change of nothing but `status` (a kubelet's own write, coming back) wakes nobody; it arrives, in
   * order, before the next change that does.
   */
  readonly statusCanWait?: boolean;
  receive(change: Change): void;
}

/** Queries a second and burst of a client's token bucket; absent: no limit. */
export interface ClientRateLimit {
  readonly qps: number;
  readonly burst: number;
}

/**
 * The API server as its neighbours see it. Watches start from the current state: what exists at the time arrives as
 * ADDED first.
 */
export interface ApiServer {
  client(identity: string, limit: ClientRateLimit | undefined): Client;
  watch(watch: Watch): void;
}

/** Records Events (the API kind) for one component: aggregates, filters spam, and sends them through a client. */
export interface EventRecorder {
  record(about: ApiObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
}
