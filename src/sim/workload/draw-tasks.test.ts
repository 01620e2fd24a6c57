import { describe, expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import type { WorkloadSpec } from '../scenario/workload.ts';
import { drawTasks } from './draw-tasks.ts';

const TASKS = 50;

function traced(given: Partial<WorkloadSpec>, resampled: boolean): WorkloadSpec {
  const numbers = Array.from({ length: TASKS }, (_, i) => i);
  return {
    name: 'tasks',
    namespace: 'default',
    count: TASKS,
    startMicros: 0,
    interarrival: undefined,
    templates: numbers.map(() => ({ weight: 1, labels: {}, spec: { containers: [] } as never })),
    lifetime: undefined,
    deleteFinished: true,
    recorded: {
      arrivalMicros: numbers.map((i) => 10 * i),
      template: numbers,
      lifetimeMicros: numbers.map((i) => (i === 0 ? undefined : 7 * i)),
      resampled,
    },
    ...given,
  };
}

const draw = (spec: WorkloadSpec, seed = '1'): NonNullable<WorkloadSpec['recorded']> =>
  drawTasks(new Engine({ seed }), spec).recorded!;

describe('tasks of a trace', () => {
  it('stay as recorded where nothing is left to chance', () => {
    const spec = traced({}, false);
    expect(drawTasks(new Engine({ seed: '1' }), spec)).toBe(spec);
  });

  it('are drawn with replacement, each with its own arrival and duration, in order of time', () => {
    const { template, arrivalMicros, lifetimeMicros } = draw(traced({ count: 500 }, true));
    expect(template).toHaveLength(500);
    expect(arrivalMicros).toEqual(template.map((i) => 10 * i));
    expect(lifetimeMicros).toEqual(template.map((i) => (i === 0 ? undefined : 7 * i)));
    expect(arrivalMicros).toEqual([...arrivalMicros].sort((a, b) => a - b));
    // Each of 50 is missed by 500 draws with a chance of 0.00004.
    expect(new Set(template).size).toBe(TASKS);
  });

  it('are others under another seed, and the same under the same', () => {
    const spec = traced({ count: 30 }, true);
    expect(draw(spec).template).toEqual(draw(spec).template);
    expect(draw(spec, '2').template).not.toEqual(draw(spec).template);
  });

  it('keep their order when only their arrivals are drawn', () => {
    const { template, arrivalMicros } = draw(traced({ interarrival: { kind: 'constant', value: 4 } }, false));
    expect(template).toEqual(Array.from({ length: TASKS }, (_, i) => i));
    expect(arrivalMicros).toEqual(template.map((i) => 4 * i));
  });

  it('begin alike, however many are drawn', () => {
    const interarrival = { kind: 'exponential', mean: 1000 } as const;
    const few = draw(traced({ count: 10, interarrival }, true));
    const many = draw(traced({ count: 40, interarrival }, true));
    expect(many.template.slice(0, 10)).toEqual(few.template);
    expect(many.arrivalMicros.slice(0, 10)).toEqual(few.arrivalMicros);
  });
});
