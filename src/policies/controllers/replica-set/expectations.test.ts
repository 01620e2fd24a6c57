import { describe, expect, it } from 'vitest';
import { Expectations } from './expectations.ts';

const KEY = 'default/web';

describe('expectations', () => {
  it('are satisfied while nothing was asked for', () => {
    expect(new Expectations(() => 0).satisfied(KEY)).toBe(true);
  });

  it('wait for every creation, each seen once', () => {
    const expectations = new Expectations(() => 0);
    expectations.expectCreations(KEY, 2);
    expectations.creationObserved(KEY);
    expect(expectations.satisfied(KEY)).toBe(false);
    expectations.creationObserved(KEY);
    expect(expectations.satisfied(KEY)).toBe(true);
  });

  it('wait for the very pods that were deleted, not for others', () => {
    const expectations = new Expectations(() => 0);
    expectations.expectDeletions(KEY, ['default/a', 'default/b']);
    expectations.deletionObserved(KEY, 'default/c');
    expectations.deletionObserved(KEY, 'default/a');
    expectations.deletionObserved(KEY, 'default/a');
    expect(expectations.satisfied(KEY)).toBe(false);
    expectations.deletionObserved(KEY, 'default/b');
    expect(expectations.satisfied(KEY)).toBe(true);
  });

  it('stay satisfied when more is seen than was asked for', () => {
    const expectations = new Expectations(() => 0);
    expectations.expectCreations(KEY, 1);
    expectations.creationObserved(KEY);
    expectations.creationObserved(KEY);
    expect(expectations.satisfied(KEY)).toBe(true);
  });

  it('are given up after more than five minutes', () => {
    let now = 0;
    const expectations = new Expectations(() => now);
    expectations.expectCreations(KEY, 1);
    now = 300_000_000;
    expect(expectations.satisfied(KEY)).toBe(false);
    now = 300_000_001;
    expect(expectations.satisfied(KEY)).toBe(true);
  });

  it('belong to one key each and can be forgotten', () => {
    const expectations = new Expectations(() => 0);
    expectations.expectCreations(KEY, 1);
    expect(expectations.satisfied('default/other')).toBe(true);
    expectations.forget(KEY);
    expect(expectations.satisfied(KEY)).toBe(true);
  });
});
