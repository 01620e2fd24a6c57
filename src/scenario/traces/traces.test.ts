import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { afterAll, describe, expect, it } from 'vitest';
import { Engine } from '../../sim/engine/engine.ts';
import { reshape, reshapeOne } from './reshape.ts';
import { readTasksNow, taskHeader, taskLines } from './task-csv.ts';
import { TraceError } from './trace-error.ts';
import { TRACE_FORMATS } from './trace-formats.ts';
import { taskOf, type TraceTask } from './trace-task.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-traces-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let named = 0;
function fileOf(content: string | Buffer, suffix = '.csv'): string {
  const path = join(scratch, `trace-${named++}${suffix}`);
  writeFileSync(path, content);
  return path;
}

const MACHINE = { milliCpu: 64_000, memoryBytes: 1_000_000 };
const SECOND = 1_000_000;

async function read(format: string, content: string | Buffer, suffix?: string): Promise<TraceTask[]> {
  const tasks: TraceTask[] = [];
  await TRACE_FORMATS.get(format)!(fileOf(content, suffix), MACHINE, (task) => tasks.push(task));
  return tasks;
}

async function problems(format: string, content: string): Promise<string[]> {
  try {
    await read(format, content);
  } catch (error) {
    expect(error).toBeInstanceOf(TraceError);
    return (error as TraceError).problems.map((problem) => problem.replace(/^.*trace-\d+\.csv/, ''));
  }
  return [];
}

describe('each form of trace, by hand', () => {
  it('OpenB', async () => {
    const text = `name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
p-0,6000,2,1,460,V100M16|V100M32,LS,Running,10,110,30
p-1,1000,1,0,0,,BE,Pending,20,,
`;
    expect(await read('openb', text)).toEqual([
      {
        ...taskOf({
          name: 'p-0',
          arrivalMicros: 10 * SECOND,
          durationMicros: 80 * SECOND,
          milliCpu: 6000,
          memoryBytes: 2_097_152,
        }),
        gpus: 1,
        milliGpu: 460,
        models: ['V100M16', 'V100M32'],
      },
      taskOf({
        name: 'p-1',
        arrivalMicros: 20 * SECOND,
        durationMicros: undefined,
        milliCpu: 1000,
        memoryBytes: 1_048_576,
      }),
    ]);
  });

  it('Standard Workload Format', async () => {
    const text = `; MaxProcs: 128
  7 100 -1 50 4 -1 2 -1 -1 -1 1 1 1 1 -1 -1 -1 -1
  8 101 -1 60 -1 -1 -1 8 -1 3 1 1 1 1 -1 -1 -1 -1
  9 102 -1 -1 -1 -1 -1 8 -1 3 5 1 1 1 -1 -1 -1 -1
`;
    expect(await read('swf', text)).toEqual([
      taskOf({
        name: 'job-7',
        arrivalMicros: 100 * SECOND,
        durationMicros: 50 * SECOND,
        milliCpu: 4000,
        memoryBytes: 8192,
      }),
      taskOf({
        name: 'job-8',
        arrivalMicros: 101 * SECOND,
        durationMicros: 60 * SECOND,
        milliCpu: 8000,
        memoryBytes: 24_576,
      }),
    ]);
  });

  it('Alibaba 2018: instances that start together, plans in hundredths', async () => {
    const text = 'M1,2,j_1,1,Terminated,100,160,50,10\nR2_1,1,j_1,1,Running,160,0,,\n';
    const tasks = await read('alibaba-2018', text);
    expect(tasks).toHaveLength(3);
    expect(tasks[1]).toEqual(
      taskOf({
        name: 'j_1/M1',
        arrivalMicros: 100 * SECOND,
        durationMicros: 60 * SECOND,
        milliCpu: 500,
        memoryBytes: 100_000,
      }),
    );
    expect(tasks[2]).toMatchObject({ durationMicros: undefined, milliCpu: 0 });
  });

  it('Alibaba 2025: services on GPUs', async () => {
    const text = `instance_sn,role,app_name,cpu_request,gpu_request,memory_request,max_instance_per_node,creation_time,scheduled_time,deletion_time
i-1,HN,app,12,1,1,-1,10,12,112
i-2,CN,app,2,0,0.5,2,,,
`;
    expect(await read('alibaba-2025', text)).toMatchObject([
      {
        name: 'i-1',
        milliCpu: 12_000,
        gpus: 1,
        milliGpu: 1000,
        memoryBytes: 1_073_741_824,
        durationMicros: 100 * SECOND,
      },
      { name: 'i-2', arrivalMicros: 0, durationMicros: undefined, gpus: 0, milliGpu: 0 },
    ]);
  });

  it('Google 2011: a task for each submission that was scheduled', async () => {
    const text = `0,,1,0,,0,u,2,9,0.5,0.25,0.1,0
5,,1,0,77,1,u,2,9,0.5,0.25,0.1,0
6,,2,0,,0,u,2,0,0.1,0.1,0.1,0
15,,1,0,77,2,u,2,9,0.5,0.25,0.1,0
16,,1,0,,0,u,2,9,0.5,0.25,0.1,0
20,,1,0,78,1,u,2,9,0.5,0.25,0.1,0
`;
    const task = { name: '1-0', milliCpu: 32_000, memoryBytes: 250_000, priority: 9 };
    expect(await read('google-2011', text)).toMatchObject([
      { ...task, arrivalMicros: 0, durationMicros: 10 },
      { ...task, arrivalMicros: 16, durationMicros: undefined },
    ]);
  });

  it.each(['.', '_'])('Google 2019, members joined by %s', async (joint) => {
    const text = `time,type,collection_id,instance_index,priority,resource_request${joint}cpus,resource_request${joint}memory
0,0,9,3,200,0.5,0.25
1,2,9,3,200,0.5,0.25
7,3,9,3,200,0.5,0.25
27,6,9,3,200,0.5,0.25
`;
    expect(await read('google-2019', text)).toMatchObject([
      { name: '9-3', arrivalMicros: 0, durationMicros: 20, milliCpu: 32_000, memoryBytes: 250_000, priority: 200 },
    ]);
  });

  it('unpacks what ends in .gz', async () => {
    const packed = gzipSync('name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,1,1,0,0\n');
    expect(await read('openb', packed, '.csv.gz')).toHaveLength(1);
  });
});

describe('what is wrong is said with its line', () => {
  it('in any row, all of it at once', async () => {
    const text = `name,cpu_milli,memory_mib,num_gpu,gpu_milli
p-0,abc,1,0,0
p-1,1,-1,0,0
,1,1,2,500
p-3,1,1,1
p-4,1,1,1,1001
p-5,99999999999999999,1,0,0
`;
    expect(await problems('openb', text)).toEqual([
      ':2: cpu_milli is "abc", not a whole number',
      ':3: memory_mib is -1, less than 0',
      ':4: gpu_milli is 500: only a single GPU can be shared',
      ':4: name is empty',
      ':5: 4 columns where 5 are expected',
      ':6: gpu_milli is 1001, more than a whole GPU',
      ':7: cpu_milli is 99999999999999999, too large',
    ]);
  });

  it('in the line of names', async () => {
    expect(await problems('tasks', 'arrival_seconds,cpu_milli,colour\n1,2,red\n')).toEqual([
      expect.stringMatching(/^:1: unknown column "colour"; there are: arrival_seconds, /),
      ':1: column memory_bytes is missing',
    ]);
    expect(await problems('tasks', '')).toEqual([':1: the file is empty; a line of column names is expected']);
  });

  it('in a log', async () => {
    expect(await problems('swf', '; head\n1 2 3\n1 x 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n')).toEqual([
      ':2: 3 fields where 18 are expected',
      ':3: submit time is "x", not a number',
    ]);
  });

  it('and of a file that is not there', async () => {
    await expect(TRACE_FORMATS.get('swf')!(join(scratch, 'none'), MACHINE, () => {})).rejects.toMatchObject({
      exitCode: 66,
    });
  });

  it('of an unclosed quote, and no endless list', async () => {
    expect(await problems('tasks', 'arrival_seconds,cpu_milli,memory_bytes\n"1,2,3\n')).toHaveLength(1);
    const many = await problems('tasks', 'arrival_seconds,cpu_milli,memory_bytes\n' + 'x,1,1\n'.repeat(1_000));
    expect(many.length).toBeLessThan(30);
  });
});

const anyTask = fc
  .record({
    name: fc.stringMatching(/^[a-z0-9 ,"/.-]{0,12}$/).map((text) => text.trim()),
    arrivalMicros: fc.integer({ min: 0, max: 1e13 }),
    durationMicros: fc.option(fc.integer({ min: 0, max: 1e12 }), { nil: undefined }),
    milliCpu: fc.nat(1_000_000),
    memoryBytes: fc.nat({ max: 1e15 }),
    gpu: fc.constantFrom([0, 0], [1, 250], [1, 1000], [4, 1000]),
    models: fc.subarray(['T4', 'V100']),
    priority: fc.integer({ min: -1e9, max: 2e9 }),
  })
  .map(({ gpu: [gpus, milliGpu], ...task }): TraceTask => ({ ...task, gpus: gpus!, milliGpu: milliGpu! }));

describe('our own form', () => {
  test.prop([fc.array(anyTask, { maxLength: 30 })])('reads what it writes', (tasks) => {
    const file = fileOf(taskHeader() + taskLines(tasks));
    expect(readTasksNow(file)).toEqual(tasks);
  });
});

describe('reshaping', () => {
  const tasks = Array.from({ length: 1_000 }, (_, i) =>
    taskOf({ name: `t-${i}`, arrivalMicros: i * SECOND, durationMicros: SECOND, milliCpu: 100, memoryBytes: 1_000 }),
  );
  const lots = (seed = '1') => new Engine({ seed }).stream('test');

  it('slices, stretches and scales', () => {
    const shape = { fromMicros: 100 * SECOND, untilMicros: 200 * SECOND, stretch: 0.5, scale: 2 };
    const part = reshape(tasks, shape, lots());
    expect(part).toHaveLength(100);
    expect(part[99]).toEqual({ ...tasks[199]!, arrivalMicros: 49.5 * SECOND, milliCpu: 200, memoryBytes: 2_000 });
    expect(tasks.flatMap((task) => reshapeOne(task, shape, lots()) ?? [])).toEqual(part);
  });

  it('samples, resamples and inflates by lot, the same for the same seed', () => {
    const sampled = reshape(tasks, { sample: 0.3 }, lots());
    expect(sampled.length).toBeGreaterThan(250);
    expect(sampled.length).toBeLessThan(350);
    const resampled = reshape(tasks, { resample: 500 }, lots());
    expect(resampled).toHaveLength(500);
    expect(new Set(resampled.map(({ name }) => name)).size).toBeLessThan(450);
    const inflated = reshape(tasks, { inflate: 1.3 }, lots());
    expect(inflated).toHaveLength(1_300);
    expect(inflated.every((task, i) => i === 0 || task.arrivalMicros >= inflated[i - 1]!.arrivalMicros)).toBe(true);
    expect(reshape(tasks, { inflate: 1.3 }, lots())).toEqual(inflated);
    expect(reshape(tasks, { inflate: 1.3 }, lots('2'))).not.toEqual(inflated);
    expect(reshape([], { resample: 5, inflate: 2 }, lots())).toEqual([]);
  });
});
