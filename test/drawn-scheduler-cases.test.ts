import { expect, test } from 'vitest';
import { Draw } from '../tools/draw-scheduler-cases/draw.ts';
import { SHAPES } from '../tools/draw-scheduler-cases/shapes.ts';
import { answerCase } from '../tools/conformance-scheduler/ask-case.ts';
import { answerSequence } from '../tools/conformance-scheduler/ask-sequence.ts';
import { decodeCase, decodeSequence } from '../tools/conformance-scheduler/cases.ts';
import { decidedByColumns } from '../tools/conformance-scheduler/column-form.ts';
import { RecordingError } from '../tools/conformance-scheduler/objects.ts';

/**
 * The cases that `tools/draw-scheduler-cases.ts` puts before the real scheduler need none to hold one form of the plugins
 * against the other: every verdict, every score, the winner, the victims.
 */
const LONG = process.env['ORRERY_LONG'] !== undefined;
/** The long suite looks for new cases. */
const SEED = LONG ? String(Date.now()) : 'drawn';

test.each([...SHAPES.keys()])('drawn cases are decided alike by plain and column form: %s', (shape) => {
  const make = SHAPES.get(shape)!;
  const number = (LONG ? 100 : 4) * (shape === 'sampled' ? 0.5 : 1);
  for (let i = 0; i < number; i++) {
    const drawn = make(new Draw(`${SEED}/${shape}`, i));
    expect(JSON.stringify(make(new Draw(`${SEED}/${shape}`, i)))).toBe(JSON.stringify(drawn));
    const answers = (['plain', 'columns'] as const).map((form) => {
      try {
        if ('arrivals' in drawn) return answerSequence(decodeSequence(drawn), form);
        return answerCase(decodeCase({ ...drawn, expect: {} }), form);
      } catch (error) {
        // A sequence ends where a plugin gives up; both forms must end there.
        if (error instanceof RecordingError) return error.message;
        throw error;
      }
    });
    expect(answers[1], `seed ${SEED}, case ${i}`).toEqual(answers[0]);
  }
});

test('the column form had its say in them', () => {
  expect(decidedByColumns.placements).toBeGreaterThan(100);
});
