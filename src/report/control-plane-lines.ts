import { formatDuration } from '../sim/engine/time.ts';
import type { ControlPlaneRecord, ControlPlaneReport } from '../sim/recorder/control-plane-metrics.ts';
import type { ObjectiveName, ObjectiveResult } from '../sim/recorder/request-metrics.ts';
import type { Style } from './terminal.ts';
import { grouped, padded, rounded } from './quantity-text.ts';

const MOST_QUEUES = 3;
/** A queue whose keys wait no longer than this is not worth a line. */
const SLOW_QUEUE_MICROS = 1_000_000;

const SAYS: { readonly [N in ObjectiveName]: string } = {
  mutating: 'writes',
  'read-resource': 'reads of one',
  'read-list': 'lists',
};

/** Objectives of Kubernetes held or broken, answers that were refusals, queues that are slow, leaders that changed. */
export function controlPlaneLines({ records, objectives }: ControlPlaneReport, style: Style): string[] {
  return [
    style.strong('control plane'),
    ...requestLines(records),
    ...partLines(records),
    ...objectives.filter(({ requests }) => requests > 0).map((one) => objectiveLine(one, style)),
    ...queueLines(records, style),
    ...leaderLines(records, style),
    '',
  ];
}

function requestLines(records: readonly ControlPlaneRecord[]): string[] {
  const byCode = new Map<number, number>();
  let all = 0;
  for (const { code, micros } of records) {
    if (code === undefined || micros === undefined) continue;
    all += micros.count;
    byCode.set(code, (byCode.get(code) ?? 0) + micros.count);
  }
  const refusals = [...byCode].filter(([code]) => code >= 400).sort(([a], [b]) => a - b);
  const refused = refusals.map(([code, count]) => `${grouped(count)} answered ${code}`).join(', ');
  return [`  ${padded('requests')}${grouped(all)}${refused === '' ? '' : `: ${refused}`}`];
}

/** Of which parts the time of all requests was made, the largest first. */
function partLines(records: readonly ControlPlaneRecord[]): string[] {
  const byPart = new Map<string, number>();
  let all = 0;
  for (const { metric, name, totalMicros } of records) {
    if (metric !== 'request_part_seconds' || name === undefined || totalMicros === undefined) continue;
    all += totalMicros;
    byPart.set(name, (byPart.get(name) ?? 0) + totalMicros);
  }
  const told = [...byPart]
    .sort(([, a], [, b]) => b - a)
    .map(([name, micros]) => [name, Math.round((100 * micros) / all)] as const)
    .filter(([, share]) => share > 0)
    .map(([name, share]) => `${name} ${share} %`);
  return told.length === 0 ? [] : [`  ${padded('their time')}${told.join(', ')}`];
}

function objectiveLine(one: ObjectiveResult, style: Style): string {
  const { name, limitMicros, p99Micros, windows, windowsBroken, brokenAt, brokenBy } = one;
  const told = `  ${padded(SAYS[name])}p99 ${rounded(p99Micros ?? 0)}, objective ${rounded(limitMicros)} `;
  if (brokenAt === undefined) return `${told}${style.good('held')}`;
  const times = `in ${windowsBroken} of ${windows} five-minute windows, first of ${brokenBy}`;
  return `${told}${style.bad('broken')} ${times} from ${formatDuration(brokenAt)}`;
}

function queueLines(records: readonly ControlPlaneRecord[], style: Style): string[] {
  return records
    .filter(({ metric, micros }) => {
      return metric === 'workqueue_queue_duration_seconds' && (micros?.quantile(99) ?? 0) > SLOW_QUEUE_MICROS;
    })
    .sort((a, b) => b.micros!.quantile(99)! - a.micros!.quantile(99)!)
    .slice(0, MOST_QUEUES)
    .map(({ name, micros }) => {
      return `  ${padded('queue')}${style.warn(name!)}: keys wait ${rounded(micros!.quantile(99)!)} at p99`;
    });
}

function leaderLines(records: readonly ControlPlaneRecord[], style: Style): string[] {
  return records
    .filter(({ metric, value }) => metric === 'leader_election_changes_total' && value! > 0)
    .map(
      ({ name, value }) =>
        `  ${padded('leader')}${style.warn(name!)}: ${value === 1 ? 'changed once' : `changed ${value} times`}`,
    );
}
