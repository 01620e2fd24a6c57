import { readAlibaba2018, readAlibaba2025 } from './alibaba.ts';
import { readGoogle2011, readGoogle2019 } from './google.ts';
import { readOpenb } from './openb.ts';
import { readSwf } from './swf.ts';
import { readTasks } from './task-csv.ts';
import type { MachineSize, TakeTask } from './trace-task.ts';

/** Reads a trace task by task. Throws a TraceError. */
export type TraceReader = (file: string, machine: MachineSize, take: TakeTask) => Promise<void>;

/** Forms of trace that become tasks, by the name under which `orrery import --from` takes them. */
export const TRACE_FORMATS: ReadonlyMap<string, TraceReader> = new Map<string, TraceReader>([
  ['tasks', (file, _machine, take) => readTasks(file, take)],
  ['openb', (file, _machine, take) => readOpenb(file, take)],
  ['swf', (file, _machine, take) => readSwf(file, take)],
  ['alibaba-2018', readAlibaba2018],
  ['alibaba-2025', (file, _machine, take) => readAlibaba2025(file, take)],
  ['google-2011', readGoogle2011],
  ['google-2019', readGoogle2019],
]);
