import { readCsv } from './csv-trace.ts';
import type { TraceRow } from './trace-row.ts';
import { MICROS_PER_SECOND, taskOf, type TakeTask } from './trace-task.ts';

/**
 * The OpenB trace of a production GPU cluster: `cluster-trace-gpu-v2023` of Alibaba's cluster data, a file of nodes and
 * several of pods.
 */

const BYTES_PER_MIB = 1024 * 1024;

export interface OpenbNode {
  readonly name: string;
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  /** Of its GPUs; `''` where it has none. */
  readonly model: string;
}

export interface OpenbPod {
  readonly name: string;
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  /** Of each of them. */
  readonly milliGpu: number;
  /** Models that will do; empty: any. */
  readonly models: readonly string[];
  /** The rest is absent in the lists that were made from others. Seconds of the trace. */
  readonly qos: string;
  readonly phase: string;
  readonly creationSeconds: number | undefined;
  readonly deletionSeconds: number | undefined;
  readonly scheduledSeconds: number | undefined;
}

/** Throws a TraceError. */
export async function readOpenbNodes(file: string): Promise<OpenbNode[]> {
  const nodes: OpenbNode[] = [];
  await readCsv(file, { required: ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model'] }, (row) => {
    nodes.push({
      name: row.name('sn'),
      milliCpu: row.whole('cpu_milli'),
      memoryBytes: row.whole('memory_mib') * BYTES_PER_MIB,
      gpus: row.whole('gpu'),
      model: row.text('model'),
    });
  });
  return nodes;
}

export const OPENB_POD_COLUMNS = {
  required: ['name', 'cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli'],
  optional: ['gpu_spec', 'qos', 'pod_phase', 'creation_time', 'deletion_time', 'scheduled_time'],
} as const;

/** Throws a TraceError. */
export async function readOpenbPods(file: string): Promise<OpenbPod[]> {
  const pods: OpenbPod[] = [];
  await readCsv(file, OPENB_POD_COLUMNS, (row) => pods.push(openbPod(row)));
  return pods;
}

export function openbPod(row: TraceRow): OpenbPod {
  const gpus = row.whole('num_gpu');
  const milliGpu = row.whole('gpu_milli');
  if (milliGpu > 1000) row.wrong('gpu_milli', `is ${milliGpu}, more than a whole GPU`);
  if (gpus > 1 && milliGpu < 1000) row.wrong('gpu_milli', `is ${milliGpu}: only a single GPU can be shared`);
  const spec = row.text('gpu_spec');
  return {
    name: row.name('name'),
    milliCpu: row.whole('cpu_milli'),
    memoryBytes: row.whole('memory_mib') * BYTES_PER_MIB,
    gpus,
    milliGpu,
    models: spec === '' ? [] : spec.split('|'),
    qos: row.text('qos'),
    phase: row.text('pod_phase'),
    creationSeconds: row.wholeOrNone('creation_time'),
    deletionSeconds: row.wholeOrNone('deletion_time'),
    scheduledSeconds: row.wholeOrNone('scheduled_time'),
  };
}

/** The pods as tasks, in the order of the file; those without times arrive at once and stay. Throws a TraceError. */
export async function readOpenb(file: string, take: TakeTask): Promise<void> {
  await readCsv(file, OPENB_POD_COLUMNS, (row) => {
    const { name, milliCpu, memoryBytes, gpus, milliGpu, models, ...times } = openbPod(row);
    const created = times.creationSeconds ?? 0;
    const begun = times.scheduledSeconds ?? created;
    const { deletionSeconds: deleted } = times;
    take(
      taskOf({
        name,
        arrivalMicros: created * MICROS_PER_SECOND,
        durationMicros: deleted === undefined ? undefined : Math.max(deleted - begun, 0) * MICROS_PER_SECOND,
        milliCpu,
        memoryBytes,
        gpus,
        milliGpu,
        models,
      }),
    );
  });
}
