import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { factsOf, type Facts, type Line } from '../tools/conformance-control-plane/facts.ts';
import { recordingsIn } from '../tools/conformance-control-plane/recording.ts';
import { replay } from '../tools/conformance-control-plane/replay.ts';
import type { Answer } from '../tools/conformance-control-plane/requests.ts';

/** A few recordings of a real control plane: their input, and the facts of what was recorded (`facts.ts`). */
const FIXTURES = join(import.meta.dirname, 'fixtures/control-plane');

function replayed(recording: ReturnType<typeof recordingsIn>[number], seed: string): Facts {
  const files = replay(recording, seed);
  const lines = files.get('timeline.jsonl')!.trim().split('\n');
  const { steps } = JSON.parse(files.get('facts.json')!) as { steps: { result: Answer[] }[] };
  return factsOf(
    lines.map((line) => JSON.parse(line) as Line),
    steps,
  );
}

describe('the simulator does what the real control plane was recorded doing', () => {
  const recordings = recordingsIn(FIXTURES, undefined, undefined);

  it('has recordings to be held against', () => {
    expect(recordings.length).toBeGreaterThanOrEqual(10);
  });

  for (const recording of recordings) {
    it(`${recording.family}/${recording.name}`, () => {
      const expected = JSON.parse(readFileSync(join(recording.folder, 'expected.json'), 'utf8')) as Facts;
      for (const seed of ['1', '2']) expect(replayed(recording, seed)).toEqual(expected);
    });
  }
});
