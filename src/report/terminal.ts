import { formatDuration } from '../sim/engine/time.ts';
import type { RunRecord, RunEnd } from '../sim/recorder/run-record.ts';
import { nodesAtEnd, type Quantiles, type Summary } from './summary.ts';
import { controlPlaneLines } from './control-plane-lines.ts';
import { lookNext } from './look-next.ts';
import { grouped, padded, rounded } from './quantity-text.ts';

/** How text is emphasised; the identity everywhere when nobody looks at colours. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
}

const same = (text: string): string => text;
export const PLAIN: Style = { strong: same, faint: same, good: same, bad: same, warn: same };

const BAR_CELLS = 20;
const MOST_ROWS = 6;

/** The result of a run for a person at a terminal. `folder` is where the reports lie. */
export function renderRun(run: RunRecord, summary: Summary, folder: string | undefined, style: Style): string {
  const lines: string[] = [];
  lines.push(`${style.strong(run.scenario)}  ${style.faint(`seed ${run.seed}`)}`);
  if (run.question !== '') lines.push(...run.question.split('\n').map((line) => `  ${line}`));
  lines.push(`  ${ending(run)}`, '');
  lines.push(...podLines(run, style), '');
  lines.push(...latencyTable(summary, style), '');
  lines.push(...utilisation(run, summary), '');
  lines.push(...rolloutLines(run, style));
  lines.push(...pendingLines(run, style));
  lines.push(...controlPlaneLines(run.controlPlane, style));
  lines.push(...expectationLines(run, style));
  lines.push(...commandLines(run, style));
  const hints = lookNext(run, summary);
  if (hints.length > 0) {
    lines.push(style.strong('look at next'));
    for (const hint of hints) lines.push(`  ${hint}`);
    lines.push('');
  }
  if (folder !== undefined) {
    lines.push(`reports      ${folder}`);
  }
  lines.push(`fingerprint  ${run.fingerprint}`);
  return lines.join('\n') + '\n';
}

const ENDINGS: { readonly [E in RunEnd]: string } = {
  duration: 'its duration was over',
  quiescent: 'only periodic work was left',
  horizon: 'the horizon was reached while something still went on; set spec.duration to choose another end',
  until: 'the time given by --until was reached',
  interrupted: 'interrupted: what stands here is whole up to that moment',
};

/** When the run ended, and why, in words. */
export function ending(run: RunRecord): string {
  const at = formatDuration(run.endedAt);
  const quiet = run.quiescentSince < run.endedAt ? `, quiescent since ${formatDuration(run.quiescentSince)}` : '';
  return `ended at ${at}${quiet}: ${ENDINGS[run.stopped]}`;
}

function podLines(run: RunRecord, style: Style): string[] {
  const { last } = run;
  const states: [number, string, (text: string) => string][] = [
    [last.podsRunning, 'running', same],
    [last.podsReady, 'ready', style.good],
    [last.podsPending, 'pending', style.warn],
    [last.podsSucceeded, 'succeeded', same],
    [last.podsFailed, 'failed', style.bad],
    [last.podsTerminating, 'terminating', same],
    [run.podsRemoved, 'removed', same],
  ];
  const shown = states
    .filter(([count, name]) => count > 0 || name === 'running' || name === 'ready')
    .map(([count, name, emphasis]) => emphasis(`${grouped(count)} ${name}`));
  return [`${padded('pods')}${grouped(run.podsCreated)} created: ${shown.join(', ')}`];
}

function latencyTable(summary: Summary, style: Style): string[] {
  const header = style.faint(
    `${padded('latency')}${['p50', 'p90', 'p99', 'max'].map((name) => name.padStart(10)).join('')}`,
  );
  const row = (name: string, of: Quantiles | undefined): string => {
    if (of === undefined) return `${padded(name)}${'-'.padStart(10)}`;
    return padded(name) + [of.p50, of.p90, of.p99, of.max].map((value) => rounded(value).padStart(10)).join('');
  };
  return [
    header,
    row('scheduling', summary.scheduling),
    row('start-up', summary.startup),
    row('readiness', summary.readiness),
  ];
}

function utilisation(run: RunRecord, summary: Summary): string[] {
  const line = (name: string, requested: number, allocatable: number, mean: string): string => {
    const share = allocatable > 0 ? requested / allocatable : 0;
    const filled = Math.min(BAR_CELLS, Math.round(share * BAR_CELLS));
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
    const percent = (Math.round(share * 1_000) / 10).toFixed(1).padStart(5);
    const average = mean === '' ? '' : `  mean ${(Math.round(Number(mean) * 1_000) / 10).toFixed(1)} %`;
    return `${padded(name)}${bar} ${percent} % requested${average}`;
  };
  const { last } = run;
  return [
    `${padded('nodes')}${grouped(nodesAtEnd(run))}`,
    line('cpu', last.requestedMilliCpu, summary.cpuAllocatable, summary.cpuMeanRatio),
    line('memory', last.requestedMemoryBytes, summary.memoryAllocatable, summary.memoryMeanRatio),
  ];
}

function rolloutLines(run: RunRecord, style: Style): string[] {
  if (run.rollouts.length === 0) return [];
  const complete = run.rollouts.filter((one) => one.completedAt >= 0);
  const open = run.rollouts.filter((one) => one.completedAt < 0 && !one.superseded);
  const lines = [`${padded('rollouts')}${grouped(complete.length)} of ${grouped(run.rollouts.length)} completed`];
  const slowest = [...complete].sort(
    (a, b) => b.completedAt - b.startedAt - (a.completedAt - a.startedAt) || (a.name < b.name ? -1 : 1),
  )[0];
  if (slowest !== undefined) {
    lines.push(
      `${padded('')}slowest: ${slowest.kind.toLowerCase()}/${slowest.name}, ${rounded(slowest.completedAt - slowest.startedAt)}`,
    );
  }
  for (const one of open.slice(0, MOST_ROWS)) {
    lines.push(
      `${padded('')}${style.warn('not complete')}: ${one.kind.toLowerCase()}/${one.name}, ${one.availableReplicas} of ${one.desiredReplicas} available, ${one.updatedReplicas} updated`,
    );
  }
  if (open.length > MOST_ROWS) lines.push(`${padded('')}and ${grouped(open.length - MOST_ROWS)} more (workloads.csv)`);
  return [...lines, ''];
}

function pendingLines(run: RunRecord, style: Style): string[] {
  if (run.pending.length === 0) return [];
  const lines = run.pending
    .slice(0, MOST_ROWS)
    .map(({ reason, pods, example }) => `  ${grouped(pods).padStart(7)}  ${reason} ${style.faint(`(${example})`)}`);
  if (run.pending.length > MOST_ROWS) lines.push(`  and ${run.pending.length - MOST_ROWS} more reasons (pods.csv)`);
  return [style.strong('not running, by reason'), ...lines, ''];
}

function expectationLines(run: RunRecord, style: Style): string[] {
  if (run.expectations.length === 0) return [];
  const lines = run.expectations.map(({ text, held, brokenAt, detail }) =>
    held
      ? `  ${style.good('held  ')}  ${text}`
      : `  ${style.bad('broken')}  ${text}\n          at ${formatDuration(brokenAt ?? 0)}: ${detail}`,
  );
  return [style.strong('expectations'), ...lines, ''];
}

function commandLines(run: RunRecord, style: Style): string[] {
  if (run.commandFailures.length === 0) return [];
  const lines = run.commandFailures.map(
    ({ at, text, message }) => `  ${style.warn(formatDuration(at))}  ${text}\n          ${message}`,
  );
  return [style.strong('commands that were refused'), ...lines, ''];
}
