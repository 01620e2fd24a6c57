import { z } from 'zod';
import { nearest } from '../sim/api/decode/nearest.ts';
import type { MachineFault } from '../sim/scenario/faults.ts';
import type { Remark } from './build-scenario.ts';
import type { Path } from './document.ts';
import { addIssue, count, positiveDuration } from './fields.ts';
import { comparedNames, type Places } from './places.ts';

const nodeFault = (kind: 'NodeCrash' | 'NodeRestart' | 'NodeHang' | 'NodeNetworkPartition', what: string) =>
  z
    .strictObject({
      kind: z.literal(kind),
      node: z.string().min(1).optional().describe('The name of one node.'),
      nodes: z.array(z.string().min(1)).min(1).optional().describe('The names of nodes.'),
      count: count(1_000_000).optional().describe('So many nodes, by chance.'),
      duration:
        kind === 'NodeRestart'
          ? positiveDuration.prefault('60s').describe('From going down until the kubelet is back.')
          : positiveDuration.optional().describe('Without it: for good.'),
    })
    .superRefine((fault, context) => {
      const given = (['node', 'nodes', 'count'] as const).filter((name) => fault[name] !== undefined);
      if (given.length === 1) return;
      addIssue(context, {
        code: 'bad-fault',
        message: `${kind} has one of \`node\`, \`nodes\` and \`count\``,
        help: `write \`{ kind: ${kind}, node: node-0 }\``,
      });
    })
    .describe(what);

const zoneFault = (kind: 'ZoneOutage' | 'ZoneNetworkPartition', what: string) =>
  z
    .strictObject({
      kind: z.literal(kind),
      zone: z.string().min(1).describe('The value of the label topology.kubernetes.io/zone.'),
      duration: positiveDuration.optional().describe('Without it: for good.'),
    })
    .describe(what);

/** One schema for each kind, so that an editor can say what each does. */
export const machineFaultSchemas = [
  nodeFault('NodeCrash', 'The nodes lose their power; with a duration they come back empty and start their pods anew.'),
  nodeFault('NodeRestart', 'The nodes go down and come up again.'),
  nodeFault('NodeHang', 'The kubelets do nothing; containers go on and are picked up afterwards.'),
  nodeFault('NodeNetworkPartition', 'Nothing gets through between the nodes and the control plane.'),
  zoneFault('ZoneOutage', 'Every node of the zone loses its power.'),
  zoneFault('ZoneNetworkPartition', 'Nothing gets through between the nodes of the zone and the control plane.'),
] as const;

export type WrittenMachineFault = z.output<(typeof machineFaultSchemas)[number]>;

/** Says which of the nodes or zones that a fault names are not there. */
export function checkPlaces(fault: WrittenMachineFault, places: Places, path: Path, remark: Remark): void {
  const missing = (what: string, name: string, known: Iterable<string>, at: Path): void => {
    const meant = nearest(name, comparedNames(known));
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

export function machineFaultOf(written: WrittenMachineFault): MachineFault {
  const { kind, duration: durationMicros } = written;
  if ('zone' in written) return { kind: written.kind, zone: written.zone, durationMicros };
  const { node, nodes, count } = written;
  if (count !== undefined) return { kind: kind as NodeFaultKind, count, durationMicros };
  return { kind: kind as NodeFaultKind, nodes: node === undefined ? (nodes ?? []) : [node], durationMicros };
}

type NodeFaultKind = Extract<MachineFault, { readonly nodes: readonly string[] }>['kind'];

export function textOfMachineFault(fault: WrittenMachineFault): string {
  const where =
    'zone' in fault
      ? `zone ${fault.zone}`
      : fault.count !== undefined
        ? `${fault.count} nodes`
        : (fault.node ?? (fault.nodes ?? []).join(', '));
  return `${fault.kind} ${where}`;
}
