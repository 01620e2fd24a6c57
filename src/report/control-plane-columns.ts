import type { ControlPlaneRecord } from '../sim/recorder/control-plane-metrics.ts';
import { seconds, type Column, type Table } from './columns.ts';

function column(
  name: string,
  meaning: string,
  cell: (record: ControlPlaneRecord) => string,
): Column<ControlPlaneRecord> {
  return { name, meaning, cell };
}

function quantile(percent: number): (record: ControlPlaneRecord) => string {
  return ({ micros }) => {
    const value = micros?.quantile(percent);
    return value === undefined ? '' : seconds(value);
  };
}

function whole(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

export const CONTROL_PLANE: Table<ControlPlaneRecord> = {
  file: 'control_plane.csv',
  holds:
    "One row a metric and its labels, over the whole run; metrics have the names that Prometheus scrapes of the real components. `watch_delivery_lag_seconds` (from a commit until a watcher of the whole kind, or of one node's pods, has the change) and `leader_election_changes_total` (holders that followed another) have no counterpart there. What quiet things cause without being simulated one by one, as the status reports of healthy nodes, is not counted. Quantiles are nearest-rank and true to 1/64 of their value; the largest value is exact.",
  columns: [
    column(
      'metric',
      'Its name. A duration is told by `count` and quantiles, a counter or gauge by `value`.',
      (one) => one.metric,
    ),
    column('component', 'Whose metric it is.', (one) => one.component),
    column('verb', 'Of requests: GET, LIST, POST, PUT, PATCH, APPLY or DELETE.', (one) => one.verb ?? ''),
    column(
      'resource',
      'Of requests: the plural of the kind; `metrics` for what the metrics APIs answer.',
      (one) => one.resource ?? '',
    ),
    column('subresource', 'Of requests: status, scale, binding or eviction.', (one) => one.subresource ?? ''),
    column('scope', 'Of requests: resource (one object), namespace or cluster.', (one) => one.scope ?? ''),
    column('code', 'Of requests: the HTTP code of the answer.', (one) => whole(one.code)),
    column(
      'name',
      'Of a work queue its controller, of a leader its Lease, of a watch what it watches.',
      (one) => one.name ?? '',
    ),
    column('count', 'How many durations were measured.', ({ micros }) => whole(micros?.count)),
    column('p50_seconds', 'Their median.', quantile(50)),
    column('p90_seconds', 'Their 90th percentile.', quantile(90)),
    column('p99_seconds', 'Their 99th percentile.', quantile(99)),
    column('max_seconds', 'The longest.', ({ micros }) =>
      micros === undefined || micros.count === 0 ? '' : seconds(micros.max),
    ),
    column('value', 'What a counter came to; what a gauge showed at the end.', (one) => whole(one.value)),
    column('peak', 'Of a gauge: the most it ever showed.', (one) => whole(one.peak)),
  ],
};
