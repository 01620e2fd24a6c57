import type { Table } from './column.ts';
import { PAGE_DESCRIPTION } from './html/describe-page.ts';

/** The page `docs/reports.md`: every file and every column, in the order in which they are written. */
export function describeTables(tables: readonly Table<never>[]): string {
  const sections = tables.map(({ file, holds, columns, explains }) => {
    const rows = columns.map(({ name, type, meaning }) => `| \`${name}\` | ${type} | ${meaning} |`);
    return `## ${file}\n\n${holds}\n\n| column | type | meaning |\n|---|---|---|\n${rows.join('\n')}\n${explains === undefined ? '' : `\n${explains}\n`}`;
  });
  return `# Reports

What a run leaves in its folder: \`reports/<scenario>/seed-<seed>/\`, or \`--out\`. This page is made from the tables in
\`src/report/columns.ts\`, and a test holds the two equal: a header never changes silently.

- CSV as RFC 4180 has it, UTF-8, Unix line ends, decimal point. A text that a spreadsheet would take for a formula begins
  with an apostrophe.
- Units stand in the column names. Times are simulated seconds since the start of the run, exact to the microsecond; a
  moment that never came is an empty cell.
- \`--parquet\` writes each table as an Apache Parquet file too, \`pods.parquet\` beside \`pods.csv\`, with the same rows and
  columns: \`text\` is a string, \`whole\` an INT64, \`decimal\` a DOUBLE, \`flag\` a BOOLEAN, an empty cell is null, and no
  apostrophe is added. A time is the double nearest to it.
- \`manifest.json\` is written last: versions, scenario, seed, fingerprint, and the SHA-256 of each file. A folder without
  it is not a run. \`"complete": false\` marks a run that was interrupted.

${PAGE_DESCRIPTION}
${sections.join('\n')}`;
}
