import type { ApiObject } from '../sim/api/kinds.ts';
import { LABEL_ZONE } from '../sim/api/node.ts';
import { nearest } from '../sim/api/decode/nearest.ts';
import { formatDuration } from '../sim/engine/time.ts';
import type { FaultEntry, MachineFault, NodePool } from '../sim/scenario.ts';
import type { Remark } from './build-scenario.ts';
import type { Path } from './document.ts';
import { componentFaultOf, problemOfComponentFault, type WrittenComponentFault } from './component-faults.ts';
import { etcdFaultOf, problemOfEtcdFault, type WrittenEtcdFault } from './etcd-faults.ts';
import type { ScenarioDocument } from './schema.ts';

type Written = ScenarioDocument['spec']['timeline'][number];
type WrittenFault = Exclude<NonNullable<Written['fault']>, WrittenEtcdFault | WrittenComponentFault>;

/** How many of each stand in the control plane. */
interface ControlPlane {
  readonly etcdMembers: number;
  readonly controllerManagers: number;
  readonly schedulers: number;
}

function isEtcdFault(fault: NonNullable<Written['fault']>): fault is WrittenEtcdFault {
  return 'member' in fault;
}

function isComponentFault(fault: NonNullable<Written['fault']>): fault is WrittenComponentFault {
  return 'replica' in fault;
}

/** The nodes and zones a fault can strike. */
interface Places {
  readonly nodes: ReadonlySet<string>;
  readonly zones: ReadonlySet<string>;
}

/** Reads the faults of the timeline, in order of time, and looks up what they name. */
export function readFaults(
  timeline: readonly Written[],
  pools: readonly NodePool[],
  objects: readonly ApiObject[],
  control: ControlPlane,
  endMicros: number,
  remark: Remark,
): FaultEntry[] {
  const places = placesOf(pools, objects);
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
    lookUp(fault, places, path, remark);
    entries.push({ atMicros: at, text: textOf(fault), fault: faultOf(fault) });
  }
  return entries.sort((a, b) => a.atMicros - b.atMicros);
}

function placesOf(pools: readonly NodePool[], objects: readonly ApiObject[]): Places {
  const nodes = new Set<string>();
  const zones = new Set<string>();
  for (const pool of pools) {
    for (const zone of pool.zones) zones.add(zone);
    for (let i = 0; i < pool.count; i++) nodes.add(`${pool.name}-${i}`);
  }
  for (const { kind, metadata } of objects) {
    if (kind !== 'Node') continue;
    nodes.add(metadata.name);
    const zone = metadata.labels[LABEL_ZONE];
    if (zone !== undefined) zones.add(zone);
  }
  return { nodes, zones };
}

function lookUp(fault: WrittenFault, places: Places, path: Path, remark: Remark): void {
  const missing = (what: string, name: string, known: ReadonlySet<string>, at: Path): void => {
    const meant = nearest(name, [...known].slice(0, 10_000));
    const help = meant === undefined ? undefined : `did you mean \`${meant}\`?`;
    remark(at, { code: 'unknown-object', message: `there is no ${what} \`${name}\``, help });
  };
  if ('zone' in fault) {
    if (!places.zones.has(fault.zone)) missing('zone', fault.zone, places.zones, [...path, 'zone']);
    return;
  }
  if (fault.node !== undefined && !places.nodes.has(fault.node)) {
    missing('node', fault.node, places.nodes, [...path, 'node']);
  }
  for (const [i, name] of (fault.nodes ?? []).entries()) {
    if (!places.nodes.has(name)) missing('node', name, places.nodes, [...path, 'nodes', i]);
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
