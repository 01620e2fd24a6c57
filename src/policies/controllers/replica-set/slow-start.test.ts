import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Request, Response } from '../../../sim/api/request.ts';
import { slowStart } from './slow-start.ts';

const REQUEST: Request = { verb: 'get', kind: 'Pod', key: 'x' };

/** Runs a slow start in which the requests with these numbers (from 0) fail. */
function run(count: number, failing: ReadonlySet<number>): { batches: number[]; successes: number; failure: unknown } {
  const steps = slowStart(
    count,
    () => REQUEST,
    (response) => response.ok,
  );
  const batches: number[] = [];
  let sent = 0;
  let next = steps.next();
  while (next.done !== true) {
    const requests = next.value as readonly Request[];
    batches.push(requests.length);
    const answers = requests.map((): Response => {
      const number = sent++;
      return failing.has(number)
        ? { ok: false, code: 403, reason: 'Forbidden', message: `no ${number}` }
        : { ok: true, object: undefined };
    });
    next = steps.next(answers as never);
  }
  return { batches, ...next.value };
}

describe('a slow start', () => {
  it('doubles its batches', () => {
    expect(run(23, new Set()).batches).toEqual([1, 2, 4, 8, 8]);
    expect(run(1, new Set()).batches).toEqual([1]);
    expect(run(500, new Set()).batches).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 245]);
  });

  it('stops after the batch in which something failed, and tells the first failure', () => {
    expect(run(100, new Set([0]))).toEqual({ batches: [1], successes: 0, failure: 'no 0' });
    expect(run(100, new Set([4, 5]))).toEqual({ batches: [1, 2, 4], successes: 5, failure: 'no 4' });
  });

  it('makes batch k no larger than 2^k and no request twice (C4)', () => {
    fc.assert(
      fc.property(fc.nat(600), fc.uniqueArray(fc.nat(600), { maxLength: 3 }), (count, failing) => {
        const { batches, successes, failure } = run(count, new Set(failing));
        const sent = batches.reduce((sum, batch) => sum + batch, 0);
        let bound = 1;
        for (const batch of batches) {
          expect(batch).toBeLessThanOrEqual(bound);
          bound *= 2;
        }
        const failed = failing.filter((number) => number < sent).length;
        expect(successes).toBe(sent - failed);
        if (failure === undefined) expect(sent).toBe(count);
        else expect(failed).toBeGreaterThan(0);
      }),
    );
  });
});
