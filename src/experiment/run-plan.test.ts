import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compare, metricsOf } from './comparison.ts';
import { jobErrorOf, type Executor, type Job, type JobOutcome } from './executor.ts';
import { runsOf, seedsUpTo, type Plan } from './plan.ts';
import { replayLine, type ReplicationInput, type ReplicationResult } from './replication.ts';
import { MemoryResults } from './result-store.ts';
import { runPlan } from './run-plan.ts';

const PLAN: Plan = {
  name: 'test',
  path: 'a scenario.yaml',
  variants: ['a', 'b'].map((label) => ({ label, sets: [`x=${label}`], identity: `id-${label}` })),
  seeds: seedsUpTo(6),
};

function resultOf({ sets, seed }: ReplicationInput): ReplicationResult {
  const value = Number(seed) + (sets[0] === 'x=b' ? 10 : 0);
  return {
    figures: { value, nothing: null },
    units: { value: 'pods' },
    fingerprint: `${sets[0]}-${seed}`,
    stopped: 'duration',
  };
}

/** Does jobs in an order of its own, and counts them. */
class FakeExecutor implements Executor {
  made = 0;
  readonly #order: (jobs: readonly number[]) => readonly number[];
  readonly #fails: (input: ReplicationInput) => boolean;

  constructor(
    order: FakeExecutor['order'] = (jobs) => jobs,
    fails: (input: ReplicationInput) => boolean = () => false,
  ) {
    this.#order = order;
    this.#fails = fails;
  }

  declare order: (jobs: readonly number[]) => readonly number[];

  execute(jobs: readonly Job[], done: (index: number, outcome: JobOutcome) => void = () => {}) {
    const outcomes = new Array<JobOutcome>(jobs.length);
    for (const i of this.#order([...jobs.keys()])) {
      const input = jobs[i]!.input as ReplicationInput;
      this.made++;
      outcomes[i] = this.#fails(input)
        ? { ok: false, error: jobErrorOf(new Error('poison')) }
        : { ok: true, result: resultOf(input) };
      done(i, outcomes[i]);
    }
    return Promise.resolve(outcomes);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('a plan', () => {
  test.prop([
    fc.shuffledSubarray([...Array(12).keys()], { minLength: 12, maxLength: 12 }),
    fc.integer({ min: 1, max: 5 }),
  ])('comes to the same, in whatever order and in however many shards its runs are made', async (order, count) => {
    const whole = await runPlan(PLAN, new FakeExecutor(), new MemoryResults());
    const store = new MemoryResults();
    const shuffled = new FakeExecutor((jobs) => order.filter((i) => i < jobs.length).concat());
    for (let index = 0; index < count; index++) await runPlan(PLAN, shuffled, store, { shard: { index, count } });
    expect(shuffled.made).toBe(12);
    const merged = await runPlan(PLAN, shuffled, store);
    expect(shuffled.made).toBe(12);
    expect({ ...merged, made: 0 }).toEqual({ ...whole, made: 0 });
    expect(merged.missing).toBe(0);
  });

  it('goes on from what is there', async () => {
    const store = new MemoryResults();
    await runPlan({ ...PLAN, seeds: seedsUpTo(4) }, new FakeExecutor(), store);
    const executor = new FakeExecutor();
    const { made, results } = await runPlan(PLAN, executor, store);
    expect([made, executor.made]).toEqual([4, 4]);
    expect(results[1]!.map((result) => result?.figures['value'])).toEqual([11, 12, 13, 14, 15, 16]);
  });

  it('names results by all that decides them', () => {
    const keys = runsOf(PLAN).map(({ key }) => key);
    expect(new Set(keys).size).toBe(12);
    const other = { ...PLAN, variants: PLAN.variants.map((one) => ({ ...one, identity: one.identity + '!' })) };
    expect(runsOf(other).some(({ key }) => keys.includes(key))).toBe(false);
  });

  it('loses nothing but the run that fails, and says how to repeat it', async () => {
    const poisoned = new FakeExecutor(undefined, ({ sets, seed }) => sets[0] === 'x=b' && seed === '3');
    const results = await runPlan(PLAN, poisoned, new MemoryResults());
    expect(results.missing).toBe(0);
    expect(results.failed).toEqual([
      {
        variant: 1,
        seed: '3',
        error: { name: 'Error', message: 'poison' },
        replay: "orrery run 'a scenario.yaml' --seed 3 --set x=b",
      },
    ]);
    const comparison = compare(results, { metrics: ['value'], confidence: 0.95 });
    expect(comparison.metrics[0]!.differences[0]).toMatchObject({ count: 5, mean: 10, verdict: 'more' });
  });

  it('is compared metric by metric', async () => {
    const results = await runPlan(PLAN, new FakeExecutor(), new MemoryResults());
    expect(metricsOf(results)).toEqual(['value', 'nothing']);
    const selection = { probability: 0.95, indifference: 1, firstStage: 4 };
    const best = { metric: 'value', goal: 'least', selection } as const;
    const {
      metrics,
      best: found,
      differenceConfidence,
    } = compare(results, {
      metrics: ['value', 'nothing'],
      confidence: 0.95,
      best,
    });
    expect(differenceConfidence).toBeCloseTo(0.975, 12);
    expect(metrics[0]).toMatchObject({ unit: 'pods', variants: [{ mean: 3.5, count: 6 }, { mean: 13.5 }] });
    expect(metrics[0]!.variants[0]!.median).toEqual({ low: 1, high: 6 });
    expect(metrics[1]!.variants).toEqual([undefined, undefined]);
    expect(metrics[1]!.differences).toEqual([]);
    expect(found).toMatchObject({ survivors: [0], stages: 4 });
    const one = await runPlan({ ...PLAN, seeds: ['1'] }, new FakeExecutor(), new MemoryResults());
    expect(compare(one, { metrics: ['value'], confidence: 0.95 }).metrics[0]!.differences[0]!.verdict).toBe(
      'too few runs',
    );
  });
});

describe('the line that repeats a run', () => {
  it('survives a shell', () => {
    expect(replayLine({ path: 'a.yaml', sets: ["x={ a: 'b' }"], seed: '7' })).toBe(
      "orrery run a.yaml --seed 7 --set 'x={ a: '\\''b'\\'' }'",
    );
  });
});
