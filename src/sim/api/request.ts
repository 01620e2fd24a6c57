import type { ApiObject, Kind } from './kinds.ts';
import type { Labels } from './meta.ts';
import type { MetricSample, MetricsQuery } from './metrics.ts';
import type { Pod, PodStatus } from './pod.ts';
import type { Change } from './change.ts';

/** What every write may carry. */
export interface WriteOptions {
  /** Everything is decided and answered as if it were done, and nothing is stored. */
  readonly dryRun?: boolean | undefined;
  /**
   * Under whose name the fields written are recorded in `metadata.managedFields`. Absent: they are recorded, under the
   * client's identity, only where the object has such a record already.
   */
  readonly fieldManager?: string | undefined;
}

/** What has to hold for a write to happen; 409 Conflict where it does not. */
export interface Preconditions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: number | undefined;
}

export interface DeleteOptions extends Preconditions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan' | undefined;
}

/** Which objects of a kind a list or a watch is about. */
export interface Selection {
  readonly kind: Kind;
  /** Absent: of all namespaces. */
  readonly namespace?: string | undefined;
  /** As in the URL: `app=web,tier in (a,b)`. */
  readonly labelSelector?: string | undefined;
  /** As in the URL: `metadata.name=web,spec.nodeName!=n1`. */
  readonly fieldSelector?: string | undefined;
}

/** One operation of a JSON patch (RFC 6902). Pointers are those of the wire form. */
export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/**
 * How a patch is meant. Absent: a JSON merge patch (RFC 7386). `strategic` merges lists by their keys, `json` carries
 * out operations, `apply` is a server-side apply: what the patch says belongs to `fieldManager` from then on, and fields
 * that belong to others are a conflict unless `force` is given. An `apply` creates what is not there.
 */
export type PatchBody =
  | {
      readonly patchType?: 'merge' | 'strategic' | undefined;
      readonly patch: Readonly<Record<string, unknown>>;
    }
  | { readonly patchType: 'json'; readonly patch: readonly JsonPatchOperation[] }
  | {
      readonly patchType: 'apply';
      readonly patch: Readonly<Record<string, unknown>>;
      readonly fieldManager: string;
      readonly force?: boolean | undefined;
    };

/** Parts of an object with an address of their own. */
export type Subresource = 'status' | 'scale';

/**
 * What a client may ask of the API server. Requests are data. All of them travel, wait for the client's token bucket,
 * may fail, and are answered once.
 */
export type Request =
  | ({ readonly verb: 'create'; readonly object: ApiObject } & WriteOptions)
  | {
      readonly verb: 'get';
      readonly kind: Kind;
      readonly key: string;
      readonly subresource?: 'scale';
      /** 0: as the server's watch cache has it, which is a little behind. Absent: what is true now. */
      readonly resourceVersion?: 0;
    }
  | ({ readonly verb: 'list' } & Selection & ListOptions)
  /** What the metrics APIs say, which others serve behind the API server. */
  | { readonly verb: 'get-metrics'; readonly query: MetricsQuery }
  /** PUT: with a resourceVersion other than 0 it is optimistic, and a stale one is answered 409 Conflict. */
  | ({ readonly verb: 'update'; readonly object: ApiObject; readonly subresource?: 'status' } & WriteOptions)
  /** PUT of the scale subresource: `resourceVersion` 0 or absent is unconditional. */
  | ({
      readonly verb: 'update-scale';
      readonly kind: Kind;
      readonly key: string;
      readonly replicas: number;
      readonly resourceVersion?: number | undefined;
    } & WriteOptions)
  /** PATCH of an object or of one of its subresources. Members, pointers and values are those of the wire form. */
  | ({
      readonly verb: 'patch';
      readonly kind: Kind;
      readonly key: string;
      readonly uid?: string;
      readonly subresource?: Subresource | undefined;
    } & PatchBody &
      WriteOptions)
  /** PATCH pods/status as the kubelet and the scheduler send it: the members of `status` replace the stored ones. */
  | {
      readonly verb: 'patch-status';
      readonly kind: 'Pod';
      readonly key: string;
      readonly uid: string;
      readonly status: Partial<PodStatus>;
    }
  /** POST pods/binding. 409 when the pod has a node, is being deleted, or is gated. */
  | {
      readonly verb: 'bind';
      readonly key: string;
      readonly uid: string;
      readonly node: string;
      /** Of the Binding: they are added to the pod's. */
      readonly annotations?: Labels | undefined;
    }
  /** POST pods/eviction: a deletion that the PodDisruptionBudgets must allow; 429 where they do not. */
  | ({ readonly verb: 'evict'; readonly key: string } & DeleteOptions & WriteOptions)
  | ({ readonly verb: 'delete'; readonly kind: Kind; readonly key: string } & DeleteOptions & WriteOptions);

export interface ListOptions {
  /** At most so many items; the rest through `continue`. Absent or 0: all. */
  readonly limit?: number | undefined;
  /** The token of the page before: the state shown is that of the first page. */
  readonly continue?: string | undefined;
  /** Absent: what is true now. 0: whatever the server has at hand. Else not older than this. */
  readonly resourceVersion?: number | undefined;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined;
}

/** One page of objects, in order of their keys. */
export interface ObjectList {
  /** The revision at which it is true. */
  readonly resourceVersion: number;
  readonly items: readonly ApiObject[];
  /** What to ask for the next page with; absent: this was the last. */
  readonly continue?: string | undefined;
  /** How many more there are, where the server knows without looking. */
  readonly remainingItemCount?: number | undefined;
}

/** The scale subresource of whatever has replicas. */
export interface Scale {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: number;
  /** `spec.replicas`. */
  readonly replicas: number;
  /** `status.replicas`. */
  readonly statusReplicas: number;
  /** `status.selector`, as text. */
  readonly selector: string;
}

/** Reasons are those of a Kubernetes `Status`; empty where Kubernetes gives none. */
export type Reason =
  | ''
  | 'AlreadyExists'
  | 'BadRequest'
  | 'Conflict'
  | 'Expired'
  | 'Forbidden'
  | 'InternalError'
  | 'Invalid'
  | 'MethodNotAllowed'
  | 'NotFound'
  | 'Timeout'
  | 'TooManyRequests'
  | 'UnsupportedMediaType';

/** One of the causes in a `Status`' details. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string | undefined;
}

export interface Success {
  readonly ok: true;
  /** The object as it is now; undefined where the answer is a list or a scale. */
  readonly object: ApiObject | undefined;
  readonly list?: ObjectList;
  readonly scale?: Scale;
  readonly metrics?: readonly MetricSample[];
  /** The object was not there before: 201 and not 200. */
  readonly created?: boolean;
}

/** A `Status` that says why not. */
export interface Failure {
  readonly ok: false;
  /** The HTTP code. */
  readonly code: number;
  readonly reason: Reason;
  readonly message: string;
  readonly causes?: readonly StatusCause[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Of an expired list: what to go on with, at the price of consistency. */
  readonly continue?: string | undefined;
}

export type Response = Success | Failure;

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
   * With `nodeName`: of pods for which this is false, a change of nothing but `status` (a kubelet's own write, coming
   * back) is not delivered; the next change that is brings the status along.
   */
  readonly needsStatusOf?: (pod: Pod) => boolean;
  /** False of a pod whose status no node needs: then nobody is asked. The same function for all nodes. */
  readonly anyNeedsStatusOf?: (pod: Pod) => boolean;
  receive(change: Change): void;
}

/** A watch from a version, as a client outside opens it. */
export interface WatchRequest extends Selection {
  /** Everything after it is told; 0 or absent: what is there now comes first. */
  readonly resourceVersion?: number | undefined;
  /** What is there now comes first, then a bookmark. */
  readonly sendInitialEvents?: boolean | undefined;
  /** Bookmarks are told about once a minute, and before the end. */
  readonly allowWatchBookmarks?: boolean | undefined;
  /** The server ends it after so long. Absent: after 30 to 60 minutes. */
  readonly timeoutSeconds?: number | undefined;
}

/** Who opened a watch. */
export interface WatchReceiver {
  receive(event: WatchEvent): void;
  /** The server has ended it: nothing more comes. */
  ended?(): void;
}

/** A watch as its client has it in hand. */
export interface OpenWatch {
  /** The server serves it. */
  readonly isOpen: boolean;
  /** The client has no interest any more. */
  close(): void;
  /** The client stands still: what comes for it lies on the way, as far as there is room. */
  stopReading(): void;
  readOn(): void;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: ApiObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: number; readonly isInitialEnd: boolean }
  /** The last event: the watch is over. */
  | { readonly type: 'ERROR'; readonly status: Failure };

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
  /**
   * @param connection the process whose connection the client uses; absent: one of its own, named by its identity
   * @param user as whom it is known to priority and fairness; absent: as what the process is
   */
  client(identity: string, limit: ClientRateLimit | undefined, connection?: string, user?: string): Client;
  watch(watch: Watch, connection?: string): void;
}

/** Records Events (the API kind) for one component: aggregates, filters spam, and sends them through a client. */
export interface EventRecorder {
  record(about: ApiObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
}
