import { formatDuration } from '../../../sim/engine/time.ts';
import type { RunRecord } from '../../../sim/recorder/run-record.ts';
import { lookNext } from '../../look-next.ts';
import { grouped, percent, rounded } from '../../quantity-text.ts';
import { nodesAtEnd, type Summary } from '../../summary.ts';
import { ending } from '../../terminal.ts';
import { markup, NOTHING, type Markup } from '../markup.ts';
import type { Moment } from './moments.ts';

/** What identifies a run, and where its page comes from. */
export interface RunFacts {
  readonly orrery: string;
  readonly kubernetes: string;
  readonly source: string;
  readonly overrides: readonly string[];
  /** What was done to the cluster while it ran. */
  readonly moments: readonly Moment[];
  readonly scenarioSha256: string;
}

/** The question, the verdict, and the figures one looks at first. */
export function opening(run: RunRecord, summary: Summary): Markup {
  const broken = run.expectations.filter(({ held }) => !held).length;
  const verdict =
    run.expectations.length === 0
      ? NOTHING
      : broken === 0
        ? markup`<p class="verdict good">All ${run.expectations.length} expectations held</p>`
        : markup`<p class="verdict bad">${broken} of ${run.expectations.length} expectations broken</p>`;
  return markup`<header><p class="kicker">Orrery · one run</p><h1>${run.scenario}</h1>${
    run.question === '' ? NOTHING : markup`<p class="question">${run.question}</p>`
  }<p class="note">Seed <b>${run.seed}</b>, ${ending(run)}.</p>${verdict}</header>
<dl class="figures">${figuresOf(run, summary).map(
    ([name, value, detail]) => markup`<div><dt>${name}</dt><dd>${value}</dd><dd class="note">${detail}</dd></div>`,
  )}</dl>${hints(run, summary)}`;
}

function figuresOf(run: RunRecord, summary: Summary): [string, string, string][] {
  const { last } = run;
  const { readiness, scheduling, cpuAllocatable, memoryAllocatable } = summary;
  const share = (part: number, whole: number): string => (whole > 0 ? percent(part / whole) : '–');
  const mean = (ratio: string): string => (ratio === '' ? '' : `mean ${percent(Number(ratio))}`);
  return [
    [
      'Pods ready',
      grouped(last.podsReady),
      `${grouped(run.podsCreated)} created, ${grouped(last.podsPending)} pending at the end`,
    ],
    [
      'Scheduled, p99',
      scheduling === undefined ? '–' : rounded(scheduling.p99),
      scheduling === undefined ? 'nothing was' : `median ${rounded(scheduling.p50)}`,
    ],
    [
      'Ready, p99',
      readiness === undefined ? '–' : rounded(readiness.p99),
      readiness === undefined ? 'nothing was' : `median ${rounded(readiness.p50)}`,
    ],
    ['CPU requested', share(last.requestedMilliCpu, cpuAllocatable), mean(summary.cpuMeanRatio)],
    ['Memory requested', share(last.requestedMemoryBytes, memoryAllocatable), mean(summary.memoryMeanRatio)],
    ['Nodes', grouped(nodesAtEnd(run)), `${formatDuration(run.endedAt - (run.endedAt % 1_000_000))} simulated`],
  ];
}

function hints(run: RunRecord, summary: Summary): Markup {
  const found = lookNext(run, summary);
  if (found.length === 0) return NOTHING;
  return markup`<aside><h2>Look at next</h2><ul>${found.map((hint) => markup`<li>${hint}</li>`)}</ul></aside>`;
}

export function expectations(run: RunRecord): Markup {
  if (run.expectations.length === 0 && run.commandFailures.length === 0) return NOTHING;
  return markup`<section><h2>Expectations</h2><ul class="checks">${run.expectations.map(
    ({ text, held, brokenAt, detail }) =>
      held
        ? markup`<li><b class="good">held</b> <span>${text}</span></li>`
        : markup`<li><b class="bad">broken</b> <span>${text}<br><small>at ${formatDuration(brokenAt ?? 0)}: ${detail}</small></span></li>`,
  )}${run.commandFailures.map(
    ({ at, text, message }) =>
      markup`<li><b class="warn">refused</b> <span><code>${text}</code><br><small>at ${formatDuration(at)}: ${message}</small></span></li>`,
  )}</ul></section>`;
}

/** What makes the run repeatable. */
export function provenance(run: RunRecord, facts: RunFacts): Markup {
  const rows: [string, string][] = [
    ['Orrery', facts.orrery],
    ['Kubernetes', facts.kubernetes],
    ['Source', facts.source],
    ...facts.overrides.map((one): [string, string] => ['Override', one]),
    ['Seed', run.seed],
    ['Fingerprint', run.fingerprint],
    ['SHA-256 of the scenario', facts.scenarioSha256],
    ['Simulated', formatDuration(run.endedAt)],
    ['Events of the engine', grouped(run.engineEvents)],
    ['Requests to the API server', grouped(run.requests)],
    ['Revisions of etcd', grouped(run.revisions)],
    ['Scheduling attempts', grouped(run.schedulingAttempts)],
  ];
  return markup`<section><h2>How to repeat it</h2><dl class="facts">${rows.map(
    ([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`,
  )}</dl><p class="note">The same seed gives the same bytes. The figures of this page, and all those it leaves out, stand in the CSV files beside it; manifest.json has the SHA-256 of each.</p></section>`;
}
