import type { ApiObject, Kind } from '../../sim/api/kinds.ts';
import { AGE, NAME, type Columns } from './column.ts';
import {
  AUTOSCALER_COLUMNS,
  BUDGET_COLUMNS,
  CLAIM_COLUMNS,
  EVENT_COLUMNS,
  NAMESPACE_COLUMNS,
} from './other-columns.ts';
import { NODE_COLUMNS, POD_COLUMNS } from './pods-and-nodes.ts';
import { ENDPOINT_SLICE_COLUMNS, SERVICE_COLUMNS } from './traffic.ts';
import {
  CRON_JOB_COLUMNS,
  DAEMON_SET_COLUMNS,
  DEPLOYMENT_COLUMNS,
  JOB_COLUMNS,
  REPLICATION_CONTROLLER_COLUMNS,
  REPLICA_SET_COLUMNS,
  STATEFUL_SET_COLUMNS,
} from './workloads.ts';

type ColumnsByKind = { readonly [K in Kind]?: Columns<Extract<ApiObject, { readonly kind: K }>> };

const COLUMNS: ColumnsByKind = {
  CronJob: CRON_JOB_COLUMNS,
  DaemonSet: DAEMON_SET_COLUMNS,
  Deployment: DEPLOYMENT_COLUMNS,
  EndpointSlice: ENDPOINT_SLICE_COLUMNS,
  Event: EVENT_COLUMNS,
  HorizontalPodAutoscaler: AUTOSCALER_COLUMNS,
  Job: JOB_COLUMNS,
  Namespace: NAMESPACE_COLUMNS,
  Node: NODE_COLUMNS,
  PersistentVolumeClaim: CLAIM_COLUMNS,
  Pod: POD_COLUMNS,
  PodDisruptionBudget: BUDGET_COLUMNS,
  ReplicaSet: REPLICA_SET_COLUMNS,
  ReplicationController: REPLICATION_CONTROLLER_COLUMNS,
  Service: SERVICE_COLUMNS,
  StatefulSet: STATEFUL_SET_COLUMNS,
};

/** What kubectl shows of a kind; of those that are not in the table, name and age. */
export function columnsOfKind(kind: Kind): Columns<ApiObject> {
  return (COLUMNS[kind] as Columns<ApiObject> | undefined) ?? [NAME, AGE];
}
