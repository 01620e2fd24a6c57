import type { NodeRecord } from '../../../sim/recorder/records.ts';
import type { RunRecord } from '../../../sim/recorder/run-record.ts';
import { grouped } from '../../quantity-text.ts';
import type { BinnedMeans } from '../binned-means.ts';
import { dataIsland, markup, NOTHING, type Markup } from '../markup.ts';
import { figure } from '../marks/frame.ts';
import { heatMap, topOf } from '../marks/heat-map.ts';
import { timeScale, type Tick } from '../marks/scale.ts';
import type { RunObservations } from '../run-observations.ts';

const MOST_ROWS = 64;

/** Nodes from above, time to the right, coloured by use. Thousands of nodes share rows: each is the mean of neighbours. */
export function clusterMap({ nodes, endedAt }: RunRecord, seen: RunObservations): Markup {
  if (nodes.length === 0 || endedAt === 0) return NOTHING;
  const byCpu = seen.cpuOfNodes.keys().length > 0;
  const bins = byCpu ? seen.cpuOfNodes : seen.podsOfNodes;
  const capacity = (node: NodeRecord): number => (byCpu ? node.allocatableMilliCpu : node.allocatablePods);
  const groups = groupsOf(nodes);
  const rows = groups.map((group) => useOf(group, bins, capacity, endedAt));
  const what = byCpu ? 'CPU requested' : 'Pods';
  const [first] = groups;
  const per = first!.length;
  const shownUntil = Math.max(endedAt, 1);
  const title = `${what}, of what each node has`;
  return markup`<section><h2>The cluster over time</h2>${figure({
    title,
    caption:
      per === 1
        ? 'One row a node, in order of appearance. Mean of each stretch of time.'
        : `${grouped(nodes.length)} nodes in order of appearance, ${per} a row: each row is their mean.`,
    isWide: true,
    body: [
      heatMap({
        id: 'map',
        label: `${title}, over time: ${grouped(nodes.length)} nodes`,
        rows,
        top: topOf(rows),
        x: mapTicks(shownUntil, bins),
        y: nodeTicks(groups),
      }),
    ],
  })}${dataIsland('cells', {
    binMicros: bins.binMicros,
    end: endedAt,
    names: groups.map(nameOf),
    percent: rows.map((row) => row.map((share) => Math.round(share * 100))),
  })}</section>`;
}

/** The last cell may reach beyond the end of the run; the axis is that of the cells. */
function mapTicks(endedAt: number, bins: BinnedMeans): readonly Tick[] {
  return timeScale(0, bins.binsUntil(endedAt) * bins.binMicros).ticks;
}

function groupsOf(nodes: readonly NodeRecord[]): NodeRecord[][] {
  const size = Math.ceil(nodes.length / MOST_ROWS);
  const groups: NodeRecord[][] = [];
  for (let i = 0; i < nodes.length; i += size) groups.push(nodes.slice(i, i + size));
  return groups;
}

function useOf(
  group: readonly NodeRecord[],
  bins: BinnedMeans,
  capacity: (node: NodeRecord) => number,
  endedAt: number,
): number[] {
  const sums = new Array<number>(bins.binsUntil(endedAt)).fill(0);
  let whole = 0;
  for (const node of group) {
    whole += capacity(node);
    bins.means(node.name, endedAt).forEach((mean, i) => (sums[i] = sums[i]! + mean));
  }
  // Single precision adds up to a little more than there is.
  return sums.map((sum) => (whole > 0 ? Math.min(1, Math.round((sum / whole) * 1_000) / 1_000) : 0));
}

function nodeTicks(groups: readonly (readonly NodeRecord[])[]): readonly Tick[] {
  const every = Math.ceil(groups.length / 12);
  return groups.flatMap((group, i) =>
    i % every === 0 ? [{ at: 1 - (i + 0.5) / groups.length, label: group[0]!.name }] : [],
  );
}

function nameOf(group: readonly NodeRecord[]): string {
  const first = group[0]!.name;
  const last = group[group.length - 1]!.name;
  return first === last ? first : `${first} … ${last}`;
}
