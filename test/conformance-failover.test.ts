import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { distance, limitAtOnePercent } from '../tools/conformance-failover/compare.ts';
import { recordingsIn } from '../tools/conformance-failover/recording.ts';
import { runRecording } from '../tools/conformance-failover/run-recording.ts';

/** Recordings of real etcd members that fail; without them there is nothing to hold against. */
const recordings = join(process.env['ORRERY_DATA'] ?? 'no-recordings', 'failover');

/** One of each kind, all of them at night. */
const NAMES = process.env['ORRERY_LONG']
  ? [
      'apiserver-',
      'catchup-',
      'control-plane-',
      'etcd-',
      'fairness-',
      'partition-',
      'quorum-',
      'watch-',
      'write-latency-',
    ]
  : [
      'apiserver-kill',
      'apiserver-term-delay-0',
      'control-plane-',
      'etcd-3m-100-1000-kill',
      'fairness-',
      'partition-3m-100-1000-leader-alone',
      'quorum-3m-leader-and-1-down',
      'watch-',
    ];

describe('etcd members and API servers that fail, against recordings of real ones (skipped without ORRERY_DATA)', () => {
  it.skipIf(!existsSync(recordings)).each(NAMES)('%s', { timeout: 600_000 }, (name) => {
    const found = recordingsIn(recordings, name);
    expect(found.length).toBeGreaterThan(0);
    for (const recording of found) {
      const verdicts = runRecording(recording, process.env['ORRERY_LONG'] ? undefined : 6, '1')!.verdicts;
      expect(verdicts.length).toBeGreaterThan(5);
      expect(verdicts.filter(({ holds }) => !holds).map(({ line }) => line)).toEqual([]);
    }
  });
});

describe('two samples', () => {
  const uniform = (n: number, from: number) => Array.from({ length: n }, (_, i) => from + i / n);

  it('of one distribution are near, of two far, and noise brings near what differs by no more', () => {
    expect(distance(uniform(50, 0), uniform(70, 0), 0)).toBeLessThan(limitAtOnePercent(50, 70));
    expect(distance(uniform(50, 0), uniform(70, 0.5), 0)).toBeGreaterThan(limitAtOnePercent(50, 70));
    expect(distance(uniform(50, 0), uniform(70, 0.5), 0.5)).toBeLessThan(0.05);
    expect(distance([1, 2, 3], [4, 5, 6], 0)).toBe(1);
    expect(limitAtOnePercent(20, 20)).toBeCloseTo(0.515, 3);
  });
});
