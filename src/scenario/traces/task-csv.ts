import { stringify } from 'csv-stringify/sync';
import { readCsv, readCsvNow, type CsvColumns } from './csv-trace.ts';
import type { TraceRow } from './trace-row.ts';
import { MICROS_PER_SECOND, type TakeTask, type TraceTask } from './trace-task.ts';

/**
 * Our own form of a trace: a CSV file with these columns. `arrival_seconds` and `duration_seconds` count from the
 * beginning of the trace and of the task; an empty duration is one that the trace does not see the end of.
 */
export const TASK_COLUMNS: CsvColumns = {
  required: ['arrival_seconds', 'cpu_milli', 'memory_bytes'],
  optional: ['name', 'duration_seconds', 'gpus', 'gpu_milli', 'gpu_models', 'priority'],
};

const HEADER = [
  'name',
  'arrival_seconds',
  'duration_seconds',
  'cpu_milli',
  'memory_bytes',
  'gpus',
  'gpu_milli',
  'gpu_models',
  'priority',
];

/** Throws a TraceError. */
export async function readTasks(file: string, take: TakeTask): Promise<void> {
  await readCsv(file, TASK_COLUMNS, (row) => take(taskOfRow(row)));
}

/** All tasks of a file at once. Throws a TraceError. */
export function readTasksNow(file: string): TraceTask[] {
  const tasks: TraceTask[] = [];
  readCsvNow(file, TASK_COLUMNS, (row) => tasks.push(taskOfRow(row)));
  return tasks;
}

function taskOfRow(row: TraceRow): TraceTask {
  const gpus = row.wholeOrNone('gpus') ?? 0;
  const milliGpu = row.wholeOrNone('gpu_milli') ?? (gpus > 0 ? 1000 : 0);
  if (milliGpu > 1000) row.wrong('gpu_milli', `is ${milliGpu}, more than a whole GPU`);
  if (gpus > 1 && milliGpu < 1000) row.wrong('gpu_milli', `is ${milliGpu}: only a single GPU can be shared`);
  const models = row.text('gpu_models');
  const duration = row.decimalOrNone('duration_seconds');
  return {
    name: row.text('name'),
    arrivalMicros: micros(row.decimal('arrival_seconds')),
    durationMicros: duration === undefined ? undefined : micros(duration),
    milliCpu: row.whole('cpu_milli'),
    memoryBytes: row.whole('memory_bytes'),
    gpus,
    milliGpu: gpus === 0 ? 0 : milliGpu,
    models: models === '' ? [] : models.split('|'),
    priority: row.wholeOrNone('priority', -1_000_000_000) ?? 0,
  };
}

export function taskHeader(): string {
  return stringify([HEADER], { record_delimiter: 'unix' });
}

export function taskLines(tasks: readonly TraceTask[]): string {
  const rows = tasks.map((task) => [
    task.name,
    seconds(task.arrivalMicros),
    task.durationMicros === undefined ? '' : seconds(task.durationMicros),
    String(task.milliCpu),
    String(task.memoryBytes),
    String(task.gpus),
    String(task.milliGpu),
    task.models.join('|'),
    String(task.priority),
  ]);
  return stringify(rows, { record_delimiter: 'unix' });
}

export function micros(seconds: number): number {
  return Math.round(seconds * MICROS_PER_SECOND);
}

/** Exact to the microsecond, without trailing zeros. */
function seconds(micros: number): string {
  return String(micros / MICROS_PER_SECOND);
}
