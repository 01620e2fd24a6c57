import { z } from 'zod';
import { decodeObject } from '../sim/api/decode/decode-object.ts';
import { fieldPath } from '../sim/api/problem.ts';
import type { WorkloadSpec } from '../sim/scenario/workload.ts';
import type { Remark } from './build-scenario.ts';
import { resolveFrom } from './resolve-path.ts';
import { readTasksNow } from './traces/task-csv.ts';
import { TraceError } from './traces/trace-error.ts';
import type { TraceTask } from './traces/trace-task.ts';
import { count, durationDistribution, labels } from './fields.ts';
import { resourceName } from './node-fields.ts';

export const traceSchema = z
  .strictObject({
    name: resourceName,
    namespace: resourceName.default('default'),
    file: z
      .string()
      .min(1)
      .describe('A CSV file of tasks as `orrery import` writes it, relative to the scenario; .csv.gz too.'),
    resample: count(10_000_000)
      .optional()
      .describe('So many pods, drawn by lot from the tasks with replacement: others under another seed.'),
    interarrival: durationDistribution
      .optional()
      .describe('Time between two arrivals, in place of the recorded times; the order stays.'),
    labels: labels.default({}),
    schedulerName: z.string().min(1).optional(),
    image: z.string().min(1).default('task:v1'),
    gpuResource: z
      .string()
      .min(1)
      .optional()
      .describe('Also ask for whole GPUs as this resource, for instance nvidia.com/gpu; else only in annotations.'),
    deleteFinished: z.boolean().default(true),
  })
  .describe('Pods as a trace recorded them: when each arrives, what it asks for and how long it runs.');

type Written = z.output<typeof traceSchema>;
type Template = WorkloadSpec['templates'][number];

/** One entry of `traces`: pods as the file says; nothing when it cannot be read. */
export function recordedWorkload(
  written: Written,
  index: number,
  folder: string,
  remark: Remark,
): WorkloadSpec | undefined {
  const at = ['spec', 'traces', index];
  let tasks: TraceTask[];
  try {
    tasks = readTasksNow(resolveFrom(folder, written.file));
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    const code = error.exitCode === 66 ? 'file-missing' : 'bad-trace';
    for (const message of error.problems) remark([...at, 'file'], { code, message });
    return undefined;
  }
  // Stable: tasks that arrive together stay in the order of the file.
  tasks.sort((a, b) => a.arrivalMicros - b.arrivalMicros);

  const templates: { weight: number; readonly template: Template }[] = [];
  const known = new Map<string, number>();
  const choices: number[] = [];
  for (const task of tasks) {
    const { milliCpu, memoryBytes, gpus, milliGpu, models } = task;
    const key = `${milliCpu} ${memoryBytes} ${gpus} ${milliGpu} ${models.join('|')}`;
    let choice = known.get(key);
    if (choice === undefined) {
      choice = templates.length;
      known.set(key, choice);
      templates.push({ weight: 0, template: templateOf(written, task, at, remark) });
    }
    templates[choice]!.weight++;
    choices.push(choice);
  }
  return {
    name: written.name,
    namespace: written.namespace,
    // Nothing can be drawn from nothing.
    count: tasks.length === 0 ? 0 : (written.resample ?? tasks.length),
    startMicros: tasks[0]?.arrivalMicros ?? 0,
    interarrival: written.interarrival,
    templates: templates.map(({ weight, template }) => ({ ...template, weight })),
    lifetime: undefined,
    deleteFinished: written.deleteFinished,
    recorded: {
      arrivalMicros: tasks.map((task) => task.arrivalMicros),
      template: choices,
      lifetimeMicros: tasks.map((task) => task.durationMicros),
      resampled: written.resample !== undefined,
    },
  };
}

function templateOf(written: Written, task: TraceTask, at: readonly (string | number)[], remark: Remark): Template {
  const { gpuResource } = written;
  const resources = {
    requests: {
      cpu: `${task.milliCpu}m`,
      memory: String(task.memoryBytes),
      // A resource counts whole devices: who shares one has it to himself there.
      ...(gpuResource === undefined || task.gpus === 0 ? {} : { [gpuResource]: String(task.gpus) }),
    },
    ...(gpuResource === undefined || task.gpus === 0 ? {} : { limits: { [gpuResource]: String(task.gpus) } }),
  };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: written.name,
      namespace: written.namespace,
      labels: written.labels,
      annotations: task.gpus === 0 ? {} : gpuAnnotations(task),
    },
    spec: {
      containers: [{ name: 'task', image: written.image, resources }],
      restartPolicy: 'Never',
      ...(written.schedulerName === undefined ? {} : { schedulerName: written.schedulerName }),
    },
  };
  const object = decodeObject(pod, ({ path, severity, code, message }) =>
    remark([...at], { severity, code, message: `${fieldPath(path)}: ${message}` }),
  );
  // Whatever is wrong has been said, and ends the reading.
  if (object?.kind !== 'Pod') return { weight: 1, labels: {}, spec: { containers: [] } as never };
  const { metadata, spec } = object;
  return { weight: 1, labels: metadata.labels, annotations: metadata.annotations, spec };
}

/** As the policies for shared GPUs read them. */
function gpuAnnotations({ gpus, milliGpu, models }: TraceTask): Record<string, string> {
  return {
    'alibabacloud.com/gpu-count': String(gpus),
    'alibabacloud.com/gpu-milli': String(milliGpu),
    ...(models.length === 0 ? {} : { 'alibabacloud.com/gpu-card-model': models.join('|') }),
  };
}
