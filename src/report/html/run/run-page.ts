import type { RunRecord } from '../../../sim/recorder/run-record.ts';
import type { Summary } from '../../summary.ts';
import { markup } from '../markup.ts';
import { page, type PageAssets } from '../page.ts';
import type { RunObservations } from '../run-observations.ts';
import { clusterMap } from './cluster-map.ts';
import { expectations, opening, provenance, type RunFacts } from './facts.ts';
import { doings, markedMoments } from './moments.ts';
import { latencies } from './latencies.ts';
import { podLanes } from './pod-lanes.ts';
import { tables } from './tables.ts';
import { timeCharts } from './time-charts.ts';

/** What the page of a run is made of. */
export interface RunPage {
  readonly run: RunRecord;
  readonly summary: Summary;
  readonly seen: RunObservations;
  readonly facts: RunFacts;
}

/** `report.html`: the same bytes for the same run. */
export function runPage({ run, summary, seen, facts }: RunPage, assets: PageAssets): string {
  seen.finish(run.endedAt);
  const body = markup`<main>
${[
  opening(run, summary),
  expectations(run),
  doings(facts.moments, run.endedAt),
  timeCharts(run, summary, seen, markedMoments(facts.moments, run.endedAt)),
  clusterMap(run, seen),
  latencies(run),
  podLanes(run, seen),
  tables(run, seen),
  provenance(run, facts),
]}
</main>`;
  return page(`${run.scenario}, seed ${run.seed}: Orrery`, [body], assets, { zooms: true });
}
