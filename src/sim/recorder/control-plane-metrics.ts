import { factsOf, type Kind } from '../api/kinds.ts';
import type { Lease } from '../api/core.ts';
import type { Request, Response } from '../api/request.ts';
import { FairnessMetrics, type FairnessRow } from './fairness-metrics.ts';
import { Leaderships } from './leaderships.ts';
import { LogHistogram } from './log-histogram.ts';
import { QueueMetrics, type Clock } from './queue-metrics.ts';
import { partsInOrder, type RequestParts } from './request-parts.ts';
import { RequestMetrics, type ObjectiveResult } from './request-metrics.ts';

/** One row of `control_plane.csv`: a metric with its labels. What a metric does not have is undefined, or empty. */
export interface ControlPlaneRecord {
  readonly metric: string;
  readonly component: string;
  readonly verb?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly scope?: string;
  readonly code?: number;
  /** Of a queue, a Lease, or whatever else has one. */
  readonly name?: string;
  readonly micros?: LogHistogram;
  /** Of durations without a histogram: how many there were, and their sum in microseconds. */
  readonly count?: number;
  readonly totalMicros?: number;
  /** How much it is at the end, or came to. */
  readonly value?: number;
  readonly peak?: number;
}

/** What etcd says of its database. */
export interface DatabaseMetrics {
  readonly keys: number;
  readonly fileBytes: number;
  readonly peakFileBytes: number;
  readonly inUseBytes: number;
  readonly quotaBytes: number;
  readonly isFull: boolean;
  readonly compactedRevision: number;
  readonly leasesGranted: number;
  readonly leasesRevoked: number;
}

/** What one of several API servers has in the way of clients. */
export interface ServerLoad {
  readonly name: string;
  readonly connections: number;
  readonly watches: number;
  readonly isReady: boolean;
  /** How often a load balancer that checks health took it out, and for how long. Absent: none does. */
  readonly health: { readonly isUp: boolean; readonly downs: number; readonly downMicros: number } | undefined;
}

/** What the control plane went through. */
export interface ControlPlaneReport {
  readonly records: readonly ControlPlaneRecord[];
  readonly objectives: readonly ObjectiveResult[];
}

/**
 * Watches the control plane at work. Everything is kept in histograms of fixed size, found by what little tells requests,
 * watches and queues apart: a run of any length costs the same memory.
 */
export class ControlPlaneMetrics {
  readonly requests = new RequestMetrics();
  readonly fairness = new FairnessMetrics();
  /** From the end of a watch until it stood again: with a list, and from where it was. */
  readonly #relisted = new LogHistogram();
  readonly #resumed = new LogHistogram();
  readonly #refusals = { 410: new Map<Kind, number>(), 504: new Map<Kind, number>() };
  readonly #terminated = new Map<Kind, number>();
  /** What API servers have in the way of clients; asked once, at the end. */
  servers: () => readonly ServerLoad[] = () => [];
  /** What etcd takes for a transaction. */
  readonly commits = new LogHistogram();
  /** Is asked for etcd's database when the books are closed, with the time in microseconds. */
  database: ((at: number) => DatabaseMetrics) | undefined;
  readonly #lags = new Map<string, LogHistogram>();
  readonly #queues: QueueMetrics[] = [];
  readonly #leaderships = new Leaderships();

  /** A request was answered at `at`, `tookMicros` after it had arrived; `parts` of all that it took its client. */
  answered(request: Request, response: Response, tookMicros: number, at: number, parts: RequestParts): void {
    this.requests.answered(request, response, tookMicros, at, parts);
  }

  /** A component's Event was written. */
  eventAnswered(create: boolean, code: number, tookMicros: number, at: number, parts: RequestParts): void {
    this.requests.add('Event', create ? 'post' : 'patch', code, tookMicros, at, parts);
  }

  /** A watch stands again, so long after it ended; `anew`: with a list. */
  reopened(anew: boolean, micros: number): void {
    (anew ? this.#relisted : this.#resumed).add(micros);
  }

  /** A reflector was told 410, or 504, when it opened a watch again. */
  refused(kind: Kind, code: 410 | 504): void {
    const counts = this.#refusals[code];
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }

  /** A watch was ended because nobody read it. */
  terminated(kind: Kind): void {
    this.#terminated.set(kind, (this.#terminated.get(kind) ?? 0) + 1);
  }

  committed(micros: number): void {
    this.commits.add(micros);
  }

  /** Where the lags of a watch go: of whole kinds and of the pods of single nodes, each together. */
  lagsOf(kind: Kind, ofNode: boolean): LogHistogram {
    const name = ofNode ? `${factsOf(kind).plural} of a node` : factsOf(kind).plural;
    let lags = this.#lags.get(name);
    if (lags === undefined) this.#lags.set(name, (lags = new LogHistogram()));
    return lags;
  }

  /** Where the queue of a controller says what it goes through. */
  queueOf(name: string, clock: Clock): QueueMetrics {
    const queue = new QueueMetrics(name, clock);
    this.#queues.push(queue);
    return queue;
  }

  leaseWritten(lease: Lease): void {
    this.#leaderships.observe(lease);
  }

  /** Closes the books. */
  finish(at: number): ControlPlaneReport {
    return {
      records: [
        ...this.#requestRecords(),
        ...this.fairness.rows().flatMap(fairnessRecords),
        { metric: 'etcd_request_duration_seconds', component: 'kube-apiserver', micros: this.commits },
        ...databaseRecords(this.database?.(at)),
        ...this.#lagRecords(),
        ...this.#serverRecords(),
        ...this.#queuesByName().flatMap(queueRecords),
        ...this.#leaderships.all().flatMap(({ name, holder, changes }) => [
          { metric: 'leader_election_master_status', component: name, name, value: holder === '' ? 0 : 1 },
          { metric: 'leader_election_changes_total', component: name, name, value: changes },
        ]),
      ],
      objectives: this.requests.objectives(),
    };
  }

  *#requestRecords(): Generator<ControlPlaneRecord> {
    const told = { metric: 'apiserver_request_duration_seconds', component: 'kube-apiserver' };
    for (const { verb, resource, subresource, scope, code, micros } of this.requests.rows()) {
      yield { ...told, verb, resource, subresource, scope, code, micros };
    }
    for (const { verb, resource, subresource, scope, sums } of this.requests.operations()) {
      const of = { metric: 'request_part_seconds', component: 'kube-apiserver', verb, resource, subresource, scope };
      for (const [name, totalMicros] of partsInOrder(sums)) yield { ...of, name, count: sums.count, totalMicros };
    }
  }

  *#serverRecords(): Generator<ControlPlaneRecord> {
    const component = 'kube-apiserver';
    const reopened = { metric: 'watch_reopened_seconds', component };
    if (this.#resumed.count > 0) yield { ...reopened, name: 'resumed', micros: this.#resumed };
    if (this.#relisted.count > 0) yield { ...reopened, name: 'listed anew', micros: this.#relisted };
    for (const code of [410, 504] as const) {
      for (const [resource, value] of byResource(this.#refusals[code])) {
        yield { metric: 'watch_errors_total', component, verb: 'WATCH', resource, code, value };
      }
    }
    for (const [resource, value] of byResource(this.#terminated)) {
      yield { metric: 'apiserver_terminated_watchers_total', component, resource, value };
    }
    for (const { name, connections, watches, isReady, health } of this.servers()) {
      yield { metric: 'apiserver_longrunning_requests', component, name, verb: 'WATCH', value: watches };
      yield { metric: 'apiserver_client_connections', component, name, value: connections };
      yield { metric: 'kubernetes_healthcheck', component, name: `${name}/readyz`, value: isReady ? 1 : 0 };
      if (health === undefined) continue;
      const { isUp, downs, downMicros } = health;
      const ofBalancer = { component: 'load-balancer', name };
      yield { metric: 'haproxy_server_status', ...ofBalancer, value: isUp ? 1 : 0 };
      yield { metric: 'haproxy_server_downtime_seconds_total', ...ofBalancer, count: downs, totalMicros: downMicros };
    }
  }

  /** One a controller: of several processes one after the other, the last tells of all. */
  #queuesByName(): QueueMetrics[] {
    const byName = new Map<string, QueueMetrics>();
    for (const queue of this.#queues) {
      const earlier = byName.get(queue.name);
      if (earlier !== undefined) queue.follow(earlier);
      byName.set(queue.name, queue);
    }
    return [...byName.values()];
  }

  *#lagRecords(): Generator<ControlPlaneRecord> {
    const lags = [...this.#lags].filter(([, { count }]) => count > 0).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, micros] of lags) {
      yield { metric: 'watch_delivery_lag_seconds', component: 'kube-apiserver', name, micros };
    }
  }
}

function byResource(counts: ReadonlyMap<Kind, number>): (readonly [string, number])[] {
  const named = [...counts].map(([kind, count]) => [factsOf(kind).plural, count] as const);
  return named.sort(([a], [b]) => (a < b ? -1 : 1));
}

function databaseRecords(database: DatabaseMetrics | undefined): ControlPlaneRecord[] {
  if (database === undefined) return [];
  const gauge = (metric: string, value: number): ControlPlaneRecord => ({ metric, component: 'etcd', value });
  return [
    { ...gauge('etcd_mvcc_db_total_size_in_bytes', database.fileBytes), peak: database.peakFileBytes },
    gauge('etcd_mvcc_db_total_size_in_use_in_bytes', database.inUseBytes),
    gauge('etcd_server_quota_backend_bytes', database.quotaBytes),
    gauge('etcd_debugging_mvcc_keys_total', database.keys),
    gauge('etcd_debugging_mvcc_compact_revision', database.compactedRevision),
    gauge('etcd_debugging_lease_granted_total', database.leasesGranted),
    gauge('etcd_debugging_lease_revoked_total', database.leasesRevoked),
    { ...gauge('etcd_alarms', database.isFull ? 1 : 0), name: 'NOSPACE' },
  ];
}

function fairnessRecords({ level, schema, waits, rejected }: FairnessRow): ControlPlaneRecord[] {
  const of = { component: 'kube-apiserver', name: `${level}/${schema}` };
  const waited = waits.count === 0 ? [] : [waits];
  return [
    ...waited.map((micros) => ({ metric: 'apiserver_flowcontrol_request_wait_duration_seconds', ...of, micros })),
    ...[...rejected]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([reason, value]) => ({
        metric: 'apiserver_flowcontrol_rejected_requests_total',
        ...of,
        name: `${of.name}/${reason}`,
        value,
      })),
  ];
}

function queueRecords({ name, adds, retries, depth, peakDepth, waited, worked }: QueueMetrics): ControlPlaneRecord[] {
  if (adds === 0) return [];
  const of = { component: 'kube-controller-manager', name };
  return [
    { metric: 'workqueue_adds_total', ...of, value: adds },
    { metric: 'workqueue_retries_total', ...of, value: retries },
    { metric: 'workqueue_depth', ...of, value: depth, peak: peakDepth },
    { metric: 'workqueue_queue_duration_seconds', ...of, micros: waited },
    { metric: 'workqueue_work_duration_seconds', ...of, micros: worked },
  ];
}
