import { COMPARISON } from './comparison-table.ts';
import type { Table } from './column.ts';
import { DECISIONS, EVENTS, MACHINES, NODES, PODS, SUMMARY, TIMESERIES, WORKLOADS } from './columns.ts';
import { CONTROL_PLANE } from './control-plane-columns.ts';

/** All tables, in the order of `docs/reports.md`. */
export const TABLES: readonly Table<never>[] = [
  SUMMARY,
  PODS,
  NODES,
  MACHINES,
  TIMESERIES,
  EVENTS,
  WORKLOADS,
  CONTROL_PLANE,
  DECISIONS,
  COMPARISON,
];
