import type { ApiObject } from '../sim/api/kinds.ts';
import { LABEL_ZONE } from '../sim/api/node.ts';
import { nearest } from '../sim/api/decode/nearest.ts';
import { formatDuration } from '../sim/engine/time.ts';
import type { CloudSpec } from '../sim/scenario/cloud.ts';
import type { FaultEntry } from '../sim/scenario/timeline.ts';
import type { MachineFault } from '../sim/scenario/faults.ts';
import type { NodePool } from '../sim/scenario/cluster.ts';
import type { Remark } from './build-scenario.ts';
import type { Path } from './document.ts';
import {
  apiServerFaultOf,
  problemOfApiServerFault,
  textOfApiServerFault,
  type WrittenApiServerFault,
} from './api-server-faults.ts';
import { componentFaultOf, problemOfComponentFault, type WrittenComponentFault } from './component-faults.ts';
import { cloudFaultOf, type WrittenCloudFault } from './cloud.ts';
import { etcdFaultOf, problemOfEtcdFault, type WrittenEtcdFault } from './etcd-faults.ts';
import { networkFaultOf, textOfNetworkFault, type WrittenNetworkFault } from './network-faults.ts';
import { runawayClientOf, type WrittenRunawayClient } from './runaway-client.ts';
import type { ScenarioDocument } from './schema.ts';

type Written = ScenarioDocument['spec']['timeline'][number];
type WrittenFault = Exclude<
  NonNullable<Written['fault']>,
  | WrittenEtcdFault
  | WrittenComponentFault
  | WrittenApiServerFault
  | WrittenNetworkFault
  | WrittenRunawayClient
  | WrittenCloudFault
>;

/** How many of each stand in the control plane. */
interface ControlPlane {
  readonly etcdMembers: number;
  readonly apiServers: number;
  readonly controllerManagers: number;
  readonly schedulers: number;
  /** The names of workloads and traces: clients of their own. */
  readonly workloads: readonly string[];
}

function isEtcdFault(fault: NonNullable<Written['fault']>): fault is WrittenEtcdFault {
  return 'member' in fault;
}

function isComponentFault(fault: NonNullable<Written['fault']>): fault is WrittenComponentFault {
  return 'replica' in fault;
}

function isNetworkFault(fault: NonNullable<Written['fault']>): fault is WrittenNetworkFault {
  return fault.kind === 'NetworkPartition' || fault.kind === 'NetworkLatency';
}

function isApiServerFault(fault: NonNullable<Written['fault']>): fault is WrittenApiServerFault {
  return fault.kind.startsWith('ApiServer');
}

/** The nodes and zones a fault can strike. */
interface Places {
  hasNode(name: string): boolean;
  nodes(): Iterable<string>;
  readonly zones: ReadonlySet<string>;
}

/** Reads the faults of the timeline, in order of time, and looks up what they name. */
export function readFaults(
  timeline: readonly Written[],
  pools: readonly NodePool[],
  objects: readonly ApiObject[],
  control: ControlPlane,
  cloud: CloudSpec | undefined,
  endMicros: number,
  remark: Remark,
): FaultEntry[] {
  const places = placesOf(pools, cloud, objects);
  const entries: FaultEntry[] = [];
  for (const [index, { at, fault }] of timeline.entries()) {
    if (fault === undefined) continue;
    if (at > endMicros) {
      remark(['spec', 'timeline', index, 'at'], {
        code: 'too-late',
        severity: 'warning',
        message: `this never happens: the run ends at ${formatDuration(endMicros)}`,
      });
    }
    const path: Path = ['spec', 'timeline', index, 'fault'];
    if (isEtcdFault(fault)) {
      const problem = problemOfEtcdFault(fault, control.etcdMembers);
      const help = 'set `cluster.controlPlane.etcd.members`';
      if (problem !== undefined) remark([...path, 'member'], { code: 'unknown-member', message: problem, help });
      entries.push({ atMicros: at, text: `${fault.kind} ${fault.member}`, fault: etcdFaultOf(fault) });
      continue;
    }
    if (isComponentFault(fault)) {
      const problem = problemOfComponentFault(fault, control);
      const help = 'set `cluster.controlPlane.controllerManagers` or `schedulers`';
      if (problem !== undefined) remark([...path, 'replica'], { code: 'unknown-replica', message: problem, help });
      entries.push({ atMicros: at, text: `${fault.kind} ${fault.replica}`, fault: componentFaultOf(fault) });
      continue;
    }
    if (isApiServerFault(fault)) {
      const problem = problemOfApiServerFault(fault, control);
      const help = 'set `cluster.controlPlane.apiServers`';
      if (problem !== undefined) remark([...path, 'instance'], { code: 'unknown-replica', message: problem, help });
      entries.push({ atMicros: at, text: textOfApiServerFault(fault), fault: apiServerFaultOf(fault) });
      continue;
    }
    if (isNetworkFault(fault)) {
      const known = { ...control, ...places, nodes: () => first(places.nodes()) };
      const read = networkFaultOf(fault, known, path, remark);
      if (read !== undefined) entries.push({ atMicros: at, text: textOfNetworkFault(fault), fault: read });
      continue;
    }
    if (fault.kind === 'RunawayClient') {
      entries.push({ atMicros: at, text: `${fault.kind} ${fault.user}`, fault: runawayClientOf(fault) });
      continue;
    }
    if (fault.kind === 'CloudStockOut') {
      const text = `${fault.kind} ${fault.nodeGroup ?? `zone ${fault.zone}`}`;
      entries.push({ atMicros: at, text, fault: cloudFaultOf(fault, cloud, path, remark) });
      continue;
    }
    lookUp(fault, places, path, remark);
    entries.push({ atMicros: at, text: textOf(fault), fault: faultOf(fault) });
  }
  return entries.sort((a, b) => a.atMicros - b.atMicros);
}

/** The nodes and zones there are, or may come to be. */
export function placesOf(
  pools: readonly NodePool[],
  cloud: CloudSpec | undefined,
  objects: readonly ApiObject[],
): Places {
  const named = new Set<string>();
  const zones = new Set<string>();
  for (const pool of pools) for (const zone of pool.zones) zones.add(zone);
  const groups = cloud?.nodeGroups ?? [];
  for (const { zone } of groups) if (zone !== undefined) zones.add(zone);
  for (const type of cloud?.instanceTypes ?? []) for (const zone of type.zones) zones.add(zone);
  // The n-th machine of a group may come however small the group is: others have gone before.
  const families = [...pools, ...groups.map(({ name }) => ({ name, count: Infinity }))];
  for (const { kind, metadata } of objects) {
    if (kind !== 'Node') continue;
    named.add(metadata.name);
    const zone = metadata.labels[LABEL_ZONE];
    if (zone !== undefined) zones.add(zone);
  }
  return {
    zones,
    hasNode: (name) => named.has(name) || families.some((pool) => isInPool(name, pool)),
    nodes: function* () {
      yield* named;
      for (const { name, count } of pools) for (let i = 0; i < count; i++) yield `${name}-${i}`;
      for (const { name, maxSize } of groups) for (let i = 0; i < maxSize; i++) yield `${name}-${i}`;
    },
  };
}

/** Pools may be very large: their nodes are not listed to look for one. */
function isInPool(name: string, pool: Pick<NodePool, 'name' | 'count'>): boolean {
  const number = name.startsWith(`${pool.name}-`) ? name.slice(pool.name.length + 1) : '';
  return /^(0|[1-9][0-9]{0,8})$/.test(number) && Number(number) < pool.count;
}

/** The first names that a misspelt one is compared with. */
const MOST_COMPARED = 10_000;

function* first(names: Iterable<string>): Generator<string> {
  let left = MOST_COMPARED;
  for (const name of names) {
    if (left-- === 0) return;
    yield name;
  }
}

function lookUp(fault: WrittenFault, places: Places, path: Path, remark: Remark): void {
  const missing = (what: string, name: string, known: Iterable<string>, at: Path): void => {
    const meant = nearest(name, first(known));
    const help = meant === undefined ? undefined : `did you mean \`${meant}\`?`;
    remark(at, { code: 'unknown-object', message: `there is no ${what} \`${name}\``, help });
  };
  if ('zone' in fault) {
    if (!places.zones.has(fault.zone)) missing('zone', fault.zone, places.zones, [...path, 'zone']);
    return;
  }
  if (fault.node !== undefined && !places.hasNode(fault.node)) {
    missing('node', fault.node, places.nodes(), [...path, 'node']);
  }
  for (const [i, name] of (fault.nodes ?? []).entries()) {
    if (!places.hasNode(name)) missing('node', name, places.nodes(), [...path, 'nodes', i]);
  }
}

function faultOf(written: WrittenFault): MachineFault {
  const { kind, duration: durationMicros } = written;
  if ('zone' in written) return { kind: written.kind, zone: written.zone, durationMicros };
  const { node, nodes, count } = written;
  if (count !== undefined) return { kind: kind as NodeFaultKind, count, durationMicros };
  return { kind: kind as NodeFaultKind, nodes: node === undefined ? (nodes ?? []) : [node], durationMicros };
}

type NodeFaultKind = Extract<MachineFault, { readonly nodes: readonly string[] }>['kind'];

function textOf(fault: WrittenFault): string {
  const where =
    'zone' in fault
      ? `zone ${fault.zone}`
      : fault.count !== undefined
        ? `${fault.count} nodes`
        : (fault.node ?? (fault.nodes ?? []).join(', '));
  return `${fault.kind} ${where}`;
}
