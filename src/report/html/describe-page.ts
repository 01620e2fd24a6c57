/** What `docs/reports.md` says of the page of a run. */
export const PAGE_DESCRIPTION = `## report.html

The run for a person: one file that needs nothing else, opens from disk without a network, follows the system's light or
dark, and can be read with scripts off. With scripts, the plots zoom (drag, or the buttons; all of them together), the map
tells what is under the pointer, and tables sort. The same run gives the same bytes. \`--no-html\` leaves it out.

- Expectations, and the commands that were refused; what the timeline did to the cluster, marked in the plots over time.
- Pods by phase, CPU and memory requested, GPUs and their fragments, pending pods by what they wait for, ready endpoints, over time. What pods wait
  for is a mean over stretches of time: without a node, the reasons in the scheduler's last words about the pod.
- The cluster over time: a row a node, coloured by the CPU requested of what it has (by pods, where no pod requests CPU).
  More than 64 nodes share rows, each the mean of neighbours.
- How long pods took: cumulative shares, and boxes, over all pods.
- The slowest pods: where their time went until they were ready, and their whole lives.
- Tables of at most 100 rows: what is not running, rollouts and Jobs, slowest pods, events by reason, nodes. The CSV files
  have all rows.
- What makes the run repeatable: seed, fingerprint, versions.

A browser runs only the page's own scripts (a content security policy names their hashes), and every text that comes from
a scenario is escaped.

## The page of an experiment

\`--out DIR\` of \`orrery compare\`, \`sweep\` and \`merge\` writes \`report.html\` and its plots, each a file of its own in
\`plots/\` that a paper can take as it is; \`--format html\` prints the page. Like the page of a run it needs nothing but
itself, follows light and dark, can be read on a phone, printed, and with scripts off; the same results give the same bytes.

- What can be said, in words, and what should make a reader careful: few seeds, runs that failed or are missing, metrics that
  not every run had, a precision that was not reached.
- All metrics of all variants, means with half-widths: the table of a paper.
- For each metric: means with their intervals; differences to the first variant, seed by seed (\`compare\`); lines with bands
  over a number that is varied, and maps over two variables (\`sweep\`); the distribution over the seeds, as a cumulative curve
  (up to seven variants) and as boxes. Each says its n and its confidence. Plots show 40 rows at most, tables 200.
- The runs with their fingerprints; those that failed, with the command that repeats each; the command of the whole, and
  one for each variant.

\`orrery reproduce fgd-atc23 --format html\`, or with \`--out\`, makes such a page of the study: figures 7, 9(a) and 11 to 14,
ours beside what was published, curves as a table, and where the cluster stood at the end of each run.

## The trace

\`--trace FILE\` writes the run in Chrome's trace format (JSON), for Perfetto or chrome://tracing: a
process a node, in it a track a pod with its stages nested in its life; the pods without a node; counters; Warnings.
Simulated microseconds. Its form is tested; it has not been opened in either viewer.
`;
