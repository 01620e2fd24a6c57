import { describe, expect, it } from 'vitest';
import type { EndpointSlice } from '../../../sim/api/service.ts';
import { meta } from '../../../../test/doubles/workload-objects.ts';
import { SliceTracker } from './slice-tracker.ts';

const S = 'default/web';

function slice(uid: string, generation: number): EndpointSlice {
  return {
    kind: 'EndpointSlice',
    metadata: meta(uid, { uid, generation }),
    addressType: 'IPv4',
    endpoints: [],
    ports: [],
  };
}

describe('the tracker of written slices', () => {
  it('knows no staleness before it wrote anything', () => {
    expect(new SliceTracker().isStale(S, [slice('a', 1)])).toBe(false);
  });

  it('finds a cache stale that lacks a written slice or holds an older one', () => {
    const tracker = new SliceTracker();
    tracker.wrote(S, slice('a', 3));
    expect(tracker.isStale(S, [])).toBe(true);
    expect(tracker.isStale(S, [slice('a', 2)])).toBe(true);
    expect(tracker.isStale(S, [slice('a', 3)])).toBe(false);
    expect(tracker.isStale(S, [slice('a', 4), slice('b', 1)])).toBe(false);
  });

  it('finds a cache stale that still holds a deleted slice', () => {
    const tracker = new SliceTracker();
    tracker.wrote(S, slice('a', 3));
    tracker.deleted(S, slice('a', 3));
    expect(tracker.isStale(S, [slice('a', 3)])).toBe(true);
    expect(tracker.isStale(S, [])).toBe(false);
    expect(tracker.gone(S, slice('a', 3))).toBe(true);
    expect(tracker.has(S, slice('a', 3))).toBe(false);
  });

  it('tells its own writes from those of others', () => {
    const tracker = new SliceTracker();
    tracker.wrote(S, slice('a', 3));
    expect(tracker.isNews(S, slice('a', 3))).toBe(false);
    expect(tracker.isNews(S, slice('a', 4))).toBe(true);
    expect(tracker.isNews(S, slice('b', 1))).toBe(true);
    expect(tracker.gone(S, slice('a', 3))).toBe(false);
  });

  it('keeps Services apart and forgets them', () => {
    const tracker = new SliceTracker();
    tracker.wrote(S, slice('a', 3));
    expect(tracker.isStale('default/other', [])).toBe(false);
    tracker.forget(S);
    expect(tracker.isStale(S, [])).toBe(false);
  });
});
