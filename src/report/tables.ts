import { DECISIONS, EVENTS, NODES, PODS, SUMMARY, TIMESERIES, WORKLOADS, type Table } from './columns.ts';
import { CONTROL_PLANE } from './control-plane-columns.ts';

/** The tables of a run, in the order of `docs/reports.md`. */
export const TABLES: readonly Table<never>[] = [
  SUMMARY,
  PODS,
  NODES,
  TIMESERIES,
  EVENTS,
  WORKLOADS,
  CONTROL_PLANE,
  DECISIONS,
];
