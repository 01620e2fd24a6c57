import { describe, expect, it } from 'vitest';
import { TaintQueue } from './taint-queue.ts';

const SECOND = 1_000_000;

describe('TaintQueue', () => {
  it('lets the first node go at once and the others a token apart', () => {
    const queue = new TaintQueue(0.1);
    for (const name of ['a', 'b', 'c']) queue.add(name, 0);
    expect(queue.take(0)).toBe('a');
    queue.settle('a');
    expect(queue.take(9 * SECOND)).toBeUndefined();
    expect(queue.nextAt).toBe(10 * SECOND);
    expect(queue.take(10 * SECOND)).toBe('b');
  });

  it('takes no node twice until it is removed', () => {
    const queue = new TaintQueue(0.1);
    expect(queue.add('a', 0)).toBe(true);
    queue.settle('a');
    expect(queue.add('a', SECOND)).toBe(false);
    queue.remove('a');
    expect(queue.add('a', SECOND)).toBe(true);
  });

  it('stands still at rate 0, and begins a whole period after the rate comes back', () => {
    const queue = new TaintQueue(0.1);
    queue.add('a', 0);
    queue.swapRate(0, 0);
    expect(queue.take(100 * SECOND)).toBeUndefined();
    expect(queue.nextAt).toBeUndefined();
    queue.swapRate(0.1, 100 * SECOND);
    expect(queue.take(109 * SECOND)).toBeUndefined();
    expect(queue.take(110 * SECOND)).toBe('a');
  });

  it('keeps its token over a change of rate, and a retry needs none', () => {
    const queue = new TaintQueue(0.1);
    queue.add('a', 0);
    queue.swapRate(0.01, SECOND);
    expect(queue.take(SECOND)).toBe('a');
    queue.retryAt('a', SECOND + 150_000);
    expect(queue.nextAt).toBe(SECOND + 150_000);
    expect(queue.take(SECOND + 150_000)).toBe('a');
  });

  it('spends a token on a node that has its taint before it comes to those that have not', () => {
    const queue = new TaintQueue(0.1);
    queue.add('a', 0);
    queue.add('b', 0, true);
    expect(queue.take(0)).toBe('b');
    queue.settle('b');
    expect(queue.take(9 * SECOND)).toBeUndefined();
    expect(queue.take(10 * SECOND)).toBe('a');
  });

  it('tries a node again before it comes to the next', () => {
    const queue = new TaintQueue(0.1);
    for (const name of ['a', 'b']) queue.add(name, 0);
    expect(queue.take(0)).toBe('a');
    queue.retryAt('a', 150_000);
    expect(queue.take(0)).toBeUndefined();
    expect(queue.nextAt).toBe(150_000);
    expect(queue.take(150_000)).toBe('a');
  });
});
