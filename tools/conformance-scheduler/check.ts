import { answerCase } from './ask-case.ts';
import { answerQueue } from './ask-queue.ts';
import { answerSequence } from './ask-sequence.ts';
import { decodeCase, decodeQueueHistory, decodeSequence } from './cases.ts';
import type { PluginForm } from './cluster.ts';
import { describe, differences, type Difference } from './compare.ts';
import { jsonObject } from './objects.ts';
import type { RecordedLine } from './recordings.ts';

/** What a line is about and what differs. */
export interface CheckedLine {
  readonly family: string;
  /** Family, id, shape and place, as far as they are known. */
  readonly title: string;
  /** Nothing when the simulator decides the same. A line that could not be asked says why. */
  readonly differences: readonly string[];
}

/** Asks the simulator what the line asks and compares every member of the answer. Never throws. */
export function checkLine(line: RecordedLine, form: PluginForm): CheckedLine {
  const raw = typeof line.value === 'object' && line.value !== null ? (line.value as Record<string, unknown>) : {};
  const family = textOf(raw['family']) ?? line.file;
  const about = [family, textOf(raw['id']), textOf(raw['shape']), `(${line.file} line ${line.line})`];
  const title = about.filter((part) => part !== undefined).join(' ');
  try {
    return { family, title, differences: compareLine(line, form).map(describe) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { family, title, differences: [`could not be asked: ${why}`] };
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function compareLine(line: RecordedLine, form: PluginForm): readonly Difference[] {
  if (line.problem !== undefined) throw new Error(line.problem);
  const raw = jsonObject(line.value, 'the line');
  if ('operations' in raw) {
    const history = decodeQueueHistory(raw);
    return differences({ after: history.after }, answerQueue(history));
  }
  if ('arrivals' in raw) {
    const sequence = decodeSequence(raw);
    return differences(sequence.expect, answerSequence(sequence, form));
  }
  const recorded = decodeCase(raw);
  return differences(recorded.expect, answerCase(recorded, form));
}
