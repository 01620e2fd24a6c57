import { readLines } from './trace-lines.ts';
import { BYTES_PER_KIB, MICROS_PER_SECOND, taskOf, type TakeTask } from './trace-task.ts';

/** The 18 fields of a line, in their order; -1 stands for unknown. */
const FIELDS = [
  'job number',
  'submit time',
  'wait time',
  'run time',
  'allocated processors',
  'average CPU time',
  'used memory',
  'requested processors',
  'requested time',
  'requested memory',
  'status',
  'user',
  'group',
  'executable',
  'queue',
  'partition',
  'preceding job',
  'think time',
] as const;

/**
 * Standard Workload Format v2.2 of the Parallel Workloads Archive: a job a line, `;` begins a comment. A job becomes one
 * pod with as many CPUs as it was given processors (or asked for, where that is unknown), and the memory of each of them
 * (KiB) as often. A job whose processors or run time are unknown did not run and is left out.
 *
 * @throws TraceError
 */
export async function readSwf(file: string, take: TakeTask): Promise<void> {
  await readLines(file, (text, line, problems) => {
    const trimmed = text.trim();
    if (trimmed === '' || trimmed.startsWith(';')) return;
    const cells = trimmed.split(/\s+/);
    if (cells.length !== FIELDS.length) {
      problems.add(line, `${cells.length} fields where ${FIELDS.length} are expected`);
      return;
    }
    const values = cells.map(Number);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      problems.add(line, `${FIELDS[bad]} is ${JSON.stringify(cells[bad])}, not a number`);
      return;
    }
    const [job, submit, , run, allocated, , usedMemory, requested, , requestedMemory] = values as [number, ...number[]];
    if (submit! < 0) {
      problems.add(line, `submit time is ${submit}, before the beginning of the log`);
      return;
    }
    const processors = allocated! > 0 ? allocated! : requested!;
    if (processors <= 0 || run! < 0) return;
    const kib = requestedMemory! > 0 ? requestedMemory! : Math.max(usedMemory!, 0);
    take(
      taskOf({
        name: `job-${job}`,
        arrivalMicros: Math.round(submit! * MICROS_PER_SECOND),
        durationMicros: Math.round(run! * MICROS_PER_SECOND),
        milliCpu: processors * 1000,
        memoryBytes: Math.round(kib * BYTES_PER_KIB * processors),
      }),
    );
  });
}
