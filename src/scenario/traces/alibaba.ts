import { readCsv } from './csv-trace.ts';
import { BYTES_PER_GIB, MICROS_PER_SECOND, taskOf, type MachineSize, type TakeTask } from './trace-task.ts';

/**
 * `batch_task.csv` of Alibaba's cluster-trace-v2018, which has no line of names: a task is so many instances that start
 * together. `plan_cpu` is in hundredths of a core, `plan_mem` in per cent of a machine. Tasks that never ended have an
 * end time of 0; their instances run on beyond the trace. A task whose plan is not given asks for nothing.
 *
 * @throws TraceError
 */
export async function readAlibaba2018(file: string, machine: MachineSize, take: TakeTask): Promise<void> {
  const columns = {
    required: ['task_name', 'instance_num', 'job_name', 'task_type', 'status', 'start_time', 'end_time'],
    optional: ['plan_cpu', 'plan_mem'],
    headless: true,
  };
  await readCsv(file, columns, (row) => {
    const start = row.whole('start_time');
    const end = row.whole('end_time');
    const instances = row.wholeOrNone('instance_num') ?? 1;
    const cpu = row.decimalOrNone('plan_cpu') ?? 0;
    const memory = row.decimalOrNone('plan_mem') ?? 0;
    if (end !== 0 && end < start) row.wrong('end_time', `is ${end}, before start_time ${start}`);
    const task = taskOf({
      name: `${row.name('job_name')}/${row.name('task_name')}`,
      arrivalMicros: start * MICROS_PER_SECOND,
      durationMicros: end === 0 ? undefined : (end - start) * MICROS_PER_SECOND,
      milliCpu: Math.round(cpu * 10),
      memoryBytes: Math.round((memory / 100) * machine.memoryBytes),
    });
    for (let i = 0; i < instances; i++) take(task);
  });
}

/**
 * `disaggregated_DLRM_trace.csv` of Alibaba's cluster-trace-gpu-v2025: instances of inference services. Cores, whole GPUs
 * and GiB; seconds. An instance without a creation time was there when the trace began, one without a deletion time when
 * it ended.
 *
 * @throws TraceError
 */
export async function readAlibaba2025(file: string, take: TakeTask): Promise<void> {
  const required = ['instance_sn', 'cpu_request', 'gpu_request', 'memory_request', 'creation_time', 'deletion_time'];
  await readCsv(file, { required, others: true }, (row) => {
    const created = row.decimalOrNone('creation_time') ?? 0;
    const scheduled = row.decimalOrNone('scheduled_time') ?? created;
    const deleted = row.decimalOrNone('deletion_time');
    if (deleted !== undefined && deleted < scheduled) row.wrong('deletion_time', `is ${deleted}, before ${scheduled}`);
    const gpus = row.decimal('gpu_request');
    if (!Number.isInteger(gpus) && gpus > 1) row.wrong('gpu_request', `is ${gpus}: only a single GPU can be shared`);
    take(
      taskOf({
        name: row.name('instance_sn'),
        arrivalMicros: Math.round(created * MICROS_PER_SECOND),
        durationMicros: deleted === undefined ? undefined : Math.round((deleted - scheduled) * MICROS_PER_SECOND),
        milliCpu: Math.round(row.decimal('cpu_request') * 1000),
        memoryBytes: Math.round(row.decimal('memory_request') * BYTES_PER_GIB),
        gpus: Math.ceil(gpus),
        milliGpu: gpus === 0 ? 0 : gpus < 1 ? Math.round(gpus * 1000) : 1000,
      }),
    );
  });
}
