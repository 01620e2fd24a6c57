import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOpenbNodes, readOpenbPods, type OpenbNode, type OpenbPod } from '../../scenario/traces/openb.ts';
import { TraceError } from '../../scenario/traces/trace-error.ts';

/**
 * The inputs of the USENIX ATC 2023 study, as they lie in a folder of recordings: the OpenB trace in `openb/`, and in
 * `fgd-atc23/` for each workload and seed in which order the study's pods arrived and its nodes stood.
 */
export interface StudyData {
  /** In the order of the file. */
  readonly nodes: readonly OpenbNode[];
  /** The workload as it is in the trace: what pods are typical is counted here. */
  readonly pods: readonly OpenbPod[];
  readonly orders: ReadonlyMap<string, StudyOrder>;
}

/** What a seed came to. */
export interface StudyOrder {
  /** Pods by their row, as they arrive; some are there several times, since the study inflates the workload to 130 %. */
  readonly podOrder: readonly number[];
  /** Nodes by their row; of equal nodes the one that comes first here is taken. */
  readonly nodeOrder: readonly number[];
}

const PREFIX = 'openb_pod_list_';
const NODES = 'openb_node_list_gpu_node.csv';

/** A workload's name without what all their files begin with. */
export function workloadName(text: string): string {
  return text.replace(/\.csv$/, '').replace(PREFIX, '');
}

/** Workloads whose orders are in the folder, in order of their names. Throws a TraceError when there is no such folder. */
export function studyWorkloads(data: string): string[] {
  const folder = join(data, 'fgd-atc23', 'orders');
  if (!existsSync(folder))
    throw TraceError.missing(folder, 'no such folder; the study needs its recorded orders there');
  return readdirSync(folder)
    .filter((name) => name.startsWith(PREFIX) && name.endsWith('.json'))
    .map((name) => workloadName(name.replace(/\.json$/, '')))
    .sort();
}

/** Throws a TraceError for whatever is missing or cannot be read. */
export async function readStudy(data: string, workload: string): Promise<StudyData> {
  const nodes = await readOpenbNodes(join(data, 'openb', NODES));
  const pods = await readOpenbPods(join(data, 'openb', `${PREFIX}${workload}.csv`));
  const orders = readOrders(join(data, 'fgd-atc23', 'orders', `${PREFIX}${workload}.json`), pods.length, nodes.length);
  return { nodes, pods, orders };
}

function readOrders(file: string, pods: number, nodes: number): ReadonlyMap<string, StudyOrder> {
  let raw: { seeds?: Record<string, { podOrder?: unknown; nodeOrder?: unknown }> };
  try {
    raw = JSON.parse(readFileSync(file, 'utf8')) as typeof raw;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw TraceError.missing(file, 'no such file');
    throw new TraceError([`${file}: ${(error as Error).message}`]);
  }
  const orders = new Map<string, StudyOrder>();
  const problems: string[] = [];
  for (const [seed, { podOrder, nodeOrder }] of Object.entries(raw.seeds ?? {})) {
    if (!areRows(podOrder, pods)) problems.push(`${file}: seed ${seed}: podOrder is no list of rows 0 to ${pods - 1}`);
    else if (!areRows(nodeOrder, nodes) || new Set(nodeOrder).size !== nodes || nodeOrder.length !== nodes) {
      problems.push(`${file}: seed ${seed}: nodeOrder does not have each row from 0 to ${nodes - 1} once`);
    } else orders.set(seed, { podOrder, nodeOrder });
  }
  if (problems.length > 0) throw new TraceError(problems);
  if (orders.size === 0) throw new TraceError([`${file}: has no orders of any seed`]);
  return orders;
}

function areRows(value: unknown, count: number): value is number[] {
  return Array.isArray(value) && value.every((row) => Number.isInteger(row) && row >= 0 && row < count);
}
