import { readCsv } from './csv-trace.ts';
import type { TraceRow } from './trace-row.ts';
import { taskOf, type MachineSize, type TakeTask } from './trace-task.ts';

/** Events of a task's life that both versions have, by what they mean to us. */
type Meaning = 'submit' | 'schedule' | 'end' | 'other';

/** ClusterData2011_2: SUBMIT 0, SCHEDULE 1, EVICT 2, FAIL 3, FINISH 4, KILL 5, LOST 6, then updates. */
const MEANING_2011: readonly Meaning[] = ['submit', 'schedule', 'end', 'end', 'end', 'end', 'end'];
/** ClusterData2019: SUBMIT 0, QUEUE 1, ENABLE 2, SCHEDULE 3, EVICT 4, FAIL 5, FINISH 6, KILL 7, LOST 8, then updates. */
const MEANING_2019: readonly Meaning[] = ['submit', 'other', 'other', 'schedule', 'end', 'end', 'end', 'end', 'end'];

interface OpenTask {
  readonly arrivalMicros: number;
  scheduledMicros: number | undefined;
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly priority: number;
}

/** Puts the events of tasks together to tasks: each submission that was scheduled becomes one. */
class TaskLives {
  readonly #open = new Map<string, OpenTask>();
  readonly #machine: MachineSize;
  readonly #take: TakeTask;

  constructor(machine: MachineSize, take: TakeTask) {
    this.#machine = machine;
    this.#take = take;
  }

  event(name: string, time: number, meaning: Meaning, cpu: number, memory: number, priority: number): void {
    const known = this.#open.get(name);
    if (meaning === 'submit') {
      if (known !== undefined) return;
      this.#open.set(name, {
        arrivalMicros: time,
        scheduledMicros: undefined,
        milliCpu: Math.round(cpu * this.#machine.milliCpu),
        memoryBytes: Math.round(memory * this.#machine.memoryBytes),
        priority,
      });
    } else if (known === undefined) {
      return;
    } else if (meaning === 'schedule') {
      known.scheduledMicros = time;
    } else if (meaning === 'end') {
      this.#open.delete(name);
      if (known.scheduledMicros !== undefined) this.#emit(name, known, time - known.scheduledMicros);
    }
  }

  /** What is still open runs on beyond the end of the trace. */
  finish(): void {
    for (const [name, task] of this.#open) if (task.scheduledMicros !== undefined) this.#emit(name, task, undefined);
  }

  #emit(
    name: string,
    { arrivalMicros, milliCpu, memoryBytes, priority }: OpenTask,
    duration: number | undefined,
  ): void {
    this.#take(taskOf({ name, arrivalMicros, durationMicros: duration, milliCpu, memoryBytes, priority }));
  }
}

/**
 * `task_events` of Google's ClusterData2011_2, which has no line of names. Microseconds; requests are shares of the
 * largest machine. A task becomes a pod when its end is read, or at the end of the file.
 *
 * @throws TraceError
 */
export async function readGoogle2011(file: string, machine: MachineSize, take: TakeTask): Promise<void> {
  const lives = new TaskLives(machine, take);
  const columns = {
    required: ['time', 'missing info', 'job id', 'task index', 'machine id', 'event type'],
    optional: [
      'user',
      'scheduling class',
      'priority',
      'cpu request',
      'memory request',
      'disk request',
      'different machine',
    ],
    headless: true,
  };
  await readCsv(file, columns, (row) => {
    const name = `${row.name('job id')}-${row.name('task index')}`;
    eventOf(row, lives, name, 'event type', MEANING_2011, 'cpu request', 'memory request');
  });
  lives.finish();
}

/**
 * Instance events of Google's ClusterData2019 as BigQuery writes them to CSV: a line of names, nested members joined by
 * a point or an underscore.
 *
 * @throws TraceError
 */
export async function readGoogle2019(file: string, machine: MachineSize, take: TakeTask): Promise<void> {
  const lives = new TaskLives(machine, take);
  const required = ['time', 'type', 'collection_id', 'instance_index'];
  await readCsv(file, { required, others: true }, (row) => {
    const name = `${row.name('collection_id')}-${row.name('instance_index')}`;
    const joint = row.has('resource_request.cpus') ? '.' : '_';
    eventOf(row, lives, name, 'type', MEANING_2019, `resource_request${joint}cpus`, `resource_request${joint}memory`);
  });
  lives.finish();
}

function eventOf(
  row: TraceRow,
  lives: TaskLives,
  name: string,
  type: string,
  meanings: readonly Meaning[],
  cpu: string,
  memory: string,
): void {
  const meaning = meanings[row.whole(type)] ?? 'other';
  const cpus = row.decimalOrNone(cpu) ?? 0;
  const bytes = row.decimalOrNone(memory) ?? 0;
  lives.event(name, row.whole('time'), meaning, cpus, bytes, row.wholeOrNone('priority') ?? 0);
}
