import { checkLine } from './conformance-scheduler/check.ts';
import type { PluginForm } from './conformance-scheduler/cluster.ts';
import { decidedByColumns } from './conformance-scheduler/column-form.ts';
import { recordedLines, recordingFiles } from './conformance-scheduler/recordings.ts';

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

/** What is wrong with the command line. */
class UsageError extends Error {}

function readOptions(args: readonly string[]): Options {
  const paths: string[] = [];
  let shown = 5;
  let form: PluginForm = 'plain';
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!arg.startsWith('-')) {
      paths.push(arg);
      continue;
    }
    const [name, inline] = arg.split('=', 2);
    const value = inline ?? args[++i];
    if (name === '--form' && (value === 'plain' || value === 'columns')) form = value;
    else if (name === '--differences' && value !== undefined && /^[0-9]+$/.test(value)) shown = Number(value);
    else throw new UsageError(`${arg}: not understood`);
  }
  if (paths.length === 0) throw new UsageError('no recording is named');
  return { paths, shown, form };
}

interface Tally {
  equal: number;
  total: number;
}

function main(args: readonly string[]): number {
  const options = readOptions(args);
  const families = new Map<string, Tally>();
  const reports: string[] = [];
  let equal = 0;
  let total = 0;
  for (const file of recordingFiles(options.paths)) {
    for (const line of recordedLines(file)) {
      const { family, title, differences } = checkLine(line, options.form);
      let tally = families.get(family);
      if (tally === undefined) families.set(family, (tally = { equal: 0, total: 0 }));
      tally.total++;
      total++;
      if (differences.length === 0) {
        tally.equal++;
        equal++;
      } else if (reports.length < options.shown) {
        const shown = differences.slice(0, MOST_SHOWN);
        if (differences.length > MOST_SHOWN) shown.push(`and ${differences.length - MOST_SHOWN} more`);
        reports.push(`${title}\n  ${shown.join('\n').replaceAll('\n', '\n  ')}\n`);
      }
    }
  }
  for (const [family, tally] of families) process.stdout.write(`${family} ${tally.equal}/${tally.total}\n`);
  for (const report of reports) process.stdout.write(`\n${report}`);
  const more = total - equal - reports.length;
  if (more > 0) process.stdout.write(`\n${more} more cases differ\n`);
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
