import { answerCase } from './conformance-scheduler/ask-case.ts';
import { answerQueue } from './conformance-scheduler/ask-queue.ts';
import { answerSequence } from './conformance-scheduler/ask-sequence.ts';
import { decodeCase, decodeQueueHistory, decodeSequence } from './conformance-scheduler/cases.ts';
import type { PluginForm } from './conformance-scheduler/cluster.ts';
import { decidedByColumns } from './conformance-scheduler/column-form.ts';
import { describe, differences, type Difference } from './conformance-scheduler/compare.ts';
import { jsonObject } from './conformance-scheduler/objects.ts';
import { recordedLines, recordingFiles, type RecordedLine } from './conformance-scheduler/recordings.ts';

/**
 * Holds the simulator's scheduler against recordings of the real one: cases, sequences and queue histories, in files or
 * folders of `.jsonl` or `.jsonl.gz`. Every member of every answer is compared.
 */

const USAGE = `usage: npm run conformance:scheduler -- PATH... [--form plain|columns] [--differences N]
  PATH           a recording (.jsonl or .jsonl.gz), or a folder of them
  --form         which form of the plugins decides (plain)
  --differences  how many differing cases are shown in full (5)
`;

/** One more than this many differences of a case are only counted. */
const MOST_SHOWN = 20;

interface Options {
  readonly paths: readonly string[];
  readonly shown: number;
  readonly form: PluginForm;
}

/** Ends the process with a message about the command line. */
class UsageError extends Error {}

function readOptions(args: readonly string[]): Options {
  const paths: string[] = [];
  let shown = 5;
  let form: PluginForm = 'plain';
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const [name, inline] = arg.startsWith('--') ? arg.split('=', 2) : [undefined, undefined];
    if (name === undefined) {
      paths.push(arg);
      continue;
    }
    const value = inline ?? args[++i];
    if (name === '--form' && (value === 'plain' || value === 'columns')) form = value;
    else if (name === '--differences' && value !== undefined && /^[0-9]+$/.test(value)) shown = Number(value);
    else throw new UsageError(`${arg}: not understood`);
  }
  if (paths.length === 0) throw new UsageError('no recording is named');
  return { paths, shown, form };
}

/** What differs in one line; nothing when the simulator decides the same. */
function check(line: RecordedLine, form: PluginForm): readonly Difference[] {
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

interface Tally {
  equal: number;
  total: number;
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

function main(args: readonly string[]): number {
  const options = readOptions(args);
  const families = new Map<string, Tally>();
  const reports: string[] = [];
  let differing = 0;
  for (const file of recordingFiles(options.paths)) {
    for (const line of recordedLines(file)) {
      const raw = (typeof line.value === 'object' ? (line.value ?? {}) : {}) as Record<string, unknown>;
      const family = textOf(raw['family'], line.file);
      let tally = families.get(family);
      if (tally === undefined) families.set(family, (tally = { equal: 0, total: 0 }));
      tally.total++;
      let found: readonly string[];
      try {
        found = check(line, options.form).map(describe);
      } catch (error) {
        found = [`could not be asked: ${error instanceof Error ? error.message : String(error)}`];
      }
      if (found.length === 0) {
        tally.equal++;
        continue;
      }
      if (++differing > options.shown) continue;
      const title = `${family} ${textOf(raw['id'], '')} ${textOf(raw['shape'], '')} (${line.file} line ${line.line})`;
      const more = found.length > MOST_SHOWN ? [`and ${found.length - MOST_SHOWN} more`] : [];
      const body = [...found.slice(0, MOST_SHOWN), ...more].join('\n').replaceAll('\n', '\n  ');
      reports.push(`${title.replace(/ +/g, ' ')}\n  ${body}\n`);
    }
  }
  let equal = 0;
  let total = 0;
  for (const [family, tally] of families) {
    process.stdout.write(`${family} ${tally.equal}/${tally.total}\n`);
    equal += tally.equal;
    total += tally.total;
  }
  for (const report of reports) process.stdout.write(`\n${report}`);
  if (differing > reports.length) process.stdout.write(`\n${differing - reports.length} more cases differ\n`);
  if (options.form === 'columns') {
    process.stdout.write(`the column form decided ${decidedByColumns.placements} placements\n`);
  }
  process.stdout.write(`${equal} of ${total} cases equal\n`);
  return equal === total && total > 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(USAGE);
  process.exitCode = 2;
}
