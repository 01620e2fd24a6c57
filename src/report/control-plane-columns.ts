import type { ControlPlaneRecord } from '../sim/recorder/control-plane-metrics.ts';
import { decimal, text, whole, type Table } from './column.ts';
import { seconds } from './columns.ts';
import { REQUEST_PARTS_EXPLAINED } from './request-parts-explained.ts';

function quantile(percent: number): (record: ControlPlaneRecord) => string {
  return ({ micros }) => {
    const value = micros?.quantile(percent);
    return value === undefined ? '' : seconds(value);
  };
}

function number(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

export const CONTROL_PLANE: Table<ControlPlaneRecord> = {
  file: 'control_plane.csv',
  holds:
    "One row a metric and its labels, over the whole run; metrics have the names that Prometheus scrapes of the real components. `watch_delivery_lag_seconds` (from a commit until a watcher of the whole kind, or of one node's pods, has the change) `leader_election_changes_total` (holders that followed another), `watch_reopened_seconds` (from the end of an informer's watch until it stood again, resumed or with a new list), `watch_errors_total` (what informers that came back were told: 410, their version is forgotten; 504, it is too new for the server's cache) and `apiserver_client_connections` have no counterpart there, nor have `request_part_seconds` (below) and `etcd_alarms` (1: NOSPACE is on). `kubernetes_healthcheck` is what `/readyz` of a server says at the end; `haproxy_server_status` (1: up) and `haproxy_server_downtime_seconds_total` (`count` times) what a load balancer that checks it made of that. `apiserver_flowcontrol_request_wait_duration_seconds` counts only requests that found no seat at once. What quiet things cause without being simulated one by one, as the status reports of healthy nodes, is not counted. Quantiles are nearest-rank and true to 1/64 of their value; the largest value is exact.",
  explains: REQUEST_PARTS_EXPLAINED,
  columns: [
    text(
      'metric',
      'Its name. A duration is told by `count` and quantiles, a counter or gauge by `value`.',
      (one) => one.metric,
    ),
    text('component', 'Whose metric it is.', (one) => one.component),
    text('verb', 'Of requests: GET, LIST, POST, PUT, PATCH, APPLY or DELETE.', (one) => one.verb ?? ''),
    text(
      'resource',
      'Of requests: the plural of the kind; `metrics` for what the metrics APIs answer.',
      (one) => one.resource ?? '',
    ),
    text('subresource', 'Of requests: status, scale, binding or eviction.', (one) => one.subresource ?? ''),
    text('scope', 'Of requests: resource (one object), namespace or cluster.', (one) => one.scope ?? ''),
    whole('code', 'Of requests: the HTTP code of the answer.', (one) => number(one.code)),
    text(
      'name',
      'Of a work queue its controller, of a leader its Lease, of a watch what it watches; of one of several API servers which, of fairness the priority level, the flow schema and the reason of a refusal, of a part of requests which.',
      (one) => one.name ?? '',
    ),
    whole('count', 'How many durations were measured.', ({ micros, count }) => number(micros?.count ?? count)),
    decimal('p50_seconds', 'Their median.', quantile(50)),
    decimal('p90_seconds', 'Their 90th percentile.', quantile(90)),
    decimal('p99_seconds', 'Their 99th percentile.', quantile(99)),
    decimal('max_seconds', 'The longest.', ({ micros }) =>
      micros === undefined || micros.count === 0 ? '' : seconds(micros.max),
    ),
    decimal(
      'total_seconds',
      'Of a part of requests: what all of them spent on it; of a server behind the load balancer: how long it was taken out.',
      ({ totalMicros }) => (totalMicros === undefined ? '' : seconds(totalMicros)),
    ),
    whole('value', 'What a counter came to; what a gauge showed at the end.', (one) => number(one.value)),
    whole('peak', 'Of a gauge: the most it ever showed.', (one) => number(one.peak)),
  ],
};
