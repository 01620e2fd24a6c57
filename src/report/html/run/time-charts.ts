import type { RunRecord } from '../../../sim/recorder/run-record.ts';
import type { Sample } from '../../../sim/recorder/records.ts';
import { fragments } from '../../../sim/gpu/fragmentation.ts';
import type { Summary } from '../../summary.ts';
import { dataIsland, markup, NOTHING, type Markup } from '../markup.ts';
import { figure } from '../marks/frame.ts';
import { stepLines, type StepLines } from '../marks/step-lines.ts';
import type { RunObservations } from '../run-observations.ts';
import type { Moment } from './moments.ts';

interface Chart extends StepLines {
  readonly title: string;
  readonly caption?: string;
}

const MOST_REASONS = 6;

/** The run over time. The pictures stand by themselves; the data beside them let the page's script make them zoom. */
export function timeCharts(
  run: RunRecord,
  summary: Summary,
  seen: RunObservations,
  moments: readonly Moment[],
): Markup {
  const samples =
    run.last.at > (run.samples[run.samples.length - 1]?.at ?? -1) ? [...run.samples, run.last] : run.samples;
  if (run.endedAt === 0 || samples.length < 2) return NOTHING;
  const charts = [
    phases(samples),
    requested(samples, summary),
    devices(samples),
    waiting(run, seen),
    endpoints(samples),
  ].filter((chart) => chart !== undefined);
  return markup`<section id="over-time"><h2>Over time</h2><div class="grid">${charts.map((chart) =>
    figure({
      title: chart.title,
      ...(chart.caption === undefined ? {} : { caption: chart.caption }),
      body: [stepLines({ ...chart, moments })],
    }),
  )}</div>${dataIsland('series', {
    end: run.endedAt,
    moments: moments.map(({ at, until }) => ({ at, until })),
    charts: charts.map(seriesOf),
  })}</section>`;
}

function seriesOf({ id, label, times, lines, unit }: Chart): object {
  return { id, label, unit: unit ?? '', times, lines };
}

function phases(samples: readonly Sample[]): Chart {
  const all = [
    { name: 'running', colour: 0, of: (one: Sample) => one.podsRunning },
    { name: 'ready', colour: 2, of: (one: Sample) => one.podsReady },
    { name: 'pending', colour: 1, of: (one: Sample) => one.podsPending },
    { name: 'succeeded', colour: 5, of: (one: Sample) => one.podsSucceeded },
    { name: 'failed', colour: 4, of: (one: Sample) => one.podsFailed },
    { name: 'terminating', colour: 3, of: (one: Sample) => one.podsTerminating },
  ];
  return {
    id: 'pods',
    title: 'Pods by phase',
    label: 'Number of pods in each phase over time',
    times: samples.map(({ at }) => at),
    lines: all
      .map(({ name, colour, of }) => ({ name, colour, isDashed: name === 'ready', values: samples.map(of) }))
      .filter(({ name, values }) => name === 'ready' || values.some((value) => value > 0)),
  };
}

function requested(samples: readonly Sample[], { cpuAllocatable, memoryAllocatable }: Summary): Chart {
  const share = (part: number, whole: number): number => (whole > 0 ? Math.round((part / whole) * 10_000) / 100 : 0);
  return {
    id: 'requested',
    title: 'Requested of what is allocatable',
    label: 'CPU and memory requested by bound pods over time, in percent of what all nodes have',
    times: samples.map(({ at }) => at),
    unit: ' %',
    atLeast: 100,
    lines: [
      { name: 'CPU', colour: 0, values: samples.map((one) => share(one.requestedMilliCpu, cpuAllocatable)) },
      { name: 'memory', colour: 3, values: samples.map((one) => share(one.requestedMemoryBytes, memoryAllocatable)) },
    ],
  };
}

/** Devices, where there are any: what pods have of them, and what is left in pieces that the pods asked for cannot use. */
function devices(samples: readonly Sample[]): Chart | undefined {
  if (samples.every(({ gpus }) => gpus === undefined || gpus.allocatable === 0)) return undefined;
  const share = (part: number, whole: number): number => (whole > 0 ? Math.round((part / whole) * 10_000) / 100 : 0);
  return {
    id: 'gpus',
    title: 'GPUs, of all there are',
    caption: 'A fragment is idle, but of no use to the typical pods of those seen so far.',
    label: 'GPUs allocated, and fragments, over time, in percent of all GPUs',
    times: samples.map(({ at }) => at),
    unit: ' %',
    atLeast: 100,
    lines: [
      {
        name: 'allocated',
        colour: 0,
        values: samples.map(({ gpus }) => share(gpus?.allocated ?? 0, gpus?.allocatable ?? 0)),
      },
      {
        name: 'fragments',
        colour: 1,
        values: samples.map(({ gpus }) => (gpus === undefined ? 0 : share(fragments(gpus.left), gpus.allocatable))),
      },
    ],
  };
}

function waiting({ endedAt }: RunRecord, { waiting: bins }: RunObservations): Chart | undefined {
  const all = bins
    .keys()
    .map((reason) => ({ reason, means: bins.means(reason, endedAt).map((mean) => Math.round(mean * 100) / 100) }))
    .map((one) => ({ ...one, weight: one.means.reduce((sum, mean) => sum + mean, 0) }))
    .sort((a, b) => b.weight - a.weight || (a.reason < b.reason ? -1 : 1));
  if (all.length === 0) return undefined;
  const shown = all.slice(0, MOST_REASONS);
  const left = all.length - shown.length;
  return {
    id: 'waiting',
    title: 'Pending, by what pods wait for',
    label: 'Mean number of pending pods in each stretch of time, by the reason they wait for',
    caption:
      `Means over ${Math.round(bins.binMicros / 1_000_000)} s; without a node, the reasons are the scheduler's last words` +
      (left > 0 ? `. ${left} rarer ${left === 1 ? 'reason is' : 'reasons are'} left out.` : '.'),
    times: shown[0]!.means.map((_, i) => i * bins.binMicros),
    lines: shown.map(({ reason, means }, i) => ({ name: reason, colour: WAITING_COLOURS[i]!, values: means })),
  };
}

const WAITING_COLOURS = [1, 0, 3, 4, 6, 5];

function endpoints(samples: readonly Sample[]): Chart | undefined {
  const values = samples.map((one) => one.endpointsReady);
  if (!values.some((value) => value > 0)) return undefined;
  return {
    id: 'endpoints',
    title: 'Ready endpoints',
    label: 'Ready endpoints in all EndpointSlices over time',
    times: samples.map(({ at }) => at),
    lines: [{ name: 'ready endpoints', colour: 6, values }],
  };
}
