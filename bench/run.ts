import { Command } from 'commander';
import { measureCase, type Row } from './measure.ts';
import { tableLines, writeCsv } from './results.ts';
import type { Suite } from './suite.ts';
import { SUITES } from './suites.ts';

/** `npm run bench`: runs suites, prints their figures and writes `reports/bench/<suite>.csv`. */
new Command('bench')
  .description(
    `Figures in CPU time. Suites: ${SUITES.map((suite) => suite.name).join(', ')}. Placement has its own command.`,
  )
  .argument('[suites...]', 'which suites; all by default')
  .option('--small', 'small sizes: shows that everything runs, the figures mean nothing', false)
  .option('--only <text>', 'only cases whose name contains this', '')
  .action((names: string[], options: { small: boolean; only: string }) => {
    for (const name of names) {
      if (!SUITES.some((suite) => suite.name === name)) throw new Error(`there is no suite ${name}`);
    }
    for (const suite of SUITES) {
      if (names.length === 0 || names.includes(suite.name)) runSuite(suite, options.small, options.only);
    }
  })
  .parse();

function runSuite(suite: Suite, small: boolean, only: string): void {
  const rows: Row[] = [];
  process.stdout.write(`\n${suite.name}\n`);
  for (const subject of suite.cases(small ? 'small' : 'full')) {
    if (!subject.name.includes(only)) continue;
    const measured = measureCase(suite, subject);
    rows.push(...measured);
    process.stdout.write(`${tableLines(measured).join('\n')}\n`);
  }
  if (only === '') writeCsv(`reports/bench/${suite.name}${small ? '-small' : ''}.csv`, rows);
}
