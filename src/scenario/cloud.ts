import { z } from 'zod';
import { nearest } from '../sim/api/decode/nearest.ts';
import { formatDuration } from '../sim/engine/time.ts';
import type { CloudFault } from '../sim/scenario/faults.ts';
import type { CloudSpec, NodeGroupSpec } from '../sim/scenario/cloud.ts';
import type { NodePool } from '../sim/scenario/cluster.ts';
import type { ResizeEntry } from '../sim/scenario/timeline.ts';
import type { Remark } from './build-scenario.ts';
import type { Path } from './document.ts';
import { durationDistribution, labels, positiveDuration, resources } from './fields.ts';
import { NODE_LABELS, nodeCapacity } from './node-pools.ts';
import { resourceName, taints } from './node-fields.ts';

const size = z.int().min(0).max(10_000);

const nodeGroup = z
  .strictObject({
    name: resourceName.describe('Machines and their Nodes are called NAME-0, NAME-1 and so on; no name comes twice.'),
    min: size.default(0).describe('An autoscaler never goes below.'),
    max: size.describe('Nor above.'),
    size: size.optional().describe('How many there are when the run begins; `min` unless said.'),
    zone: z.string().min(1).optional().describe('The value of the label topology.kubernetes.io/zone.'),
    labels: labels.default({}),
    taints: taints.default([]),
    capacity: resources.describe('What each node has. `pods` is 110 and `ephemeral-storage` 100Gi unless said.'),
    allocatable: resources.optional().describe('What pods can have of it; everything unless said.'),
    price: z.number().min(0).max(1e9).optional().describe('Of one machine for an hour, in whatever money.'),
    provisioning: durationDistribution
      .optional()
      .describe('From asking for a machine until its kubelet starts; `parameters.cloud.provisioning` unless said.'),
  })
  .describe('Equal machines of a cloud, as many as somebody wants.');

const instanceType = z
  .strictObject({
    name: resourceName,
    zones: z.array(z.string().min(1)).min(1).describe('Where it can be had.'),
    labels: labels.default({}),
    capacity: resources.describe('What a node has. `pods` is 110 and `ephemeral-storage` 100Gi unless said.'),
    allocatable: resources.optional().describe('What pods can have of it; everything unless said.'),
    price: z.number().min(0).max(1e9).describe('Of one machine for an hour, in whatever money.'),
    provisioning: durationDistribution.optional(),
  })
  .describe('Machines of a kind that can be had one by one, as Karpenter asks for them.');

export const cloudSchema = z
  .strictObject({
    nodeGroups: z.array(nodeGroup).max(1_000).default([]),
    instanceTypes: z.array(instanceType).max(1_000).default([]),
  })
  .describe('The cloud under the cluster: machines that come and go.');

export type WrittenCloud = z.output<typeof cloudSchema>;

export const cloudFaultSchema = z
  .strictObject({
    kind: z.literal('CloudStockOut'),
    nodeGroup: z
      .string()
      .min(1)
      .optional()
      .describe('It has no machines of this node group, or of this instance type, to give.'),
    zone: z.string().min(1).optional().describe('It has none in this zone.'),
    duration: positiveDuration.optional().describe('Until the end unless said.'),
  })
  .describe('The cloud has no machines to give: whoever asks is refused.');

export type WrittenCloudFault = z.output<typeof cloudFaultSchema>;

export const resizeSchema = z
  .strictObject({ nodeGroup: z.string().min(1), size })
  .describe('An administrator sets the size of a node group; machines that came last go first.');

type WrittenResize = z.output<typeof resizeSchema>;

const AT: Path = ['spec', 'cluster', 'cloud', 'nodeGroups'];

/** The cloud with everything filled in; problems are reported where they stand. */
export function cloudOf(
  written: WrittenCloud | undefined,
  pools: readonly NodePool[],
  remark: Remark,
): CloudSpec | undefined {
  if (written === undefined) return undefined;
  const taken = new Set(pools.map(({ name }) => name));
  written.nodeGroups.forEach((group, index) => {
    if (taken.has(group.name)) {
      remark([...AT, index, 'name'], {
        code: 'name-taken',
        message: `two groups of nodes are called \`${group.name}\``,
        help: 'give each pool and each node group a `name` of its own',
      });
    }
    taken.add(group.name);
    const { min, max, size: begin = min } = group;
    if (min > max) remark([...AT, index, 'min'], { code: 'out-of-range', message: '`min` is more than `max`' });
    else if (begin < min || begin > max) {
      remark([...AT, index, 'size'], { code: 'out-of-range', message: `\`size\` is not between ${min} and ${max}` });
    }
  });
  return {
    nodeGroups: written.nodeGroups.map(nodeGroupOf),
    instanceTypes: written.instanceTypes.map((type) => ({
      name: type.name,
      zones: type.zones,
      labels: { ...NODE_LABELS, ...type.labels },
      ...nodeCapacity(type),
      pricePerHour: type.price,
      provisioning: type.provisioning,
    })),
  };
}

function nodeGroupOf(written: WrittenCloud['nodeGroups'][number]): NodeGroupSpec {
  const { name, min, max, size: begin = min, zone, price, provisioning } = written;
  return {
    name,
    minSize: min,
    maxSize: max,
    size: begin,
    zone,
    labels: { ...NODE_LABELS, ...written.labels },
    taints: written.taints.map(({ key, value, effect }) =>
      value === undefined ? { key, effect } : { key, value, effect },
    ),
    ...nodeCapacity(written),
    pricePerHour: price,
    provisioning,
  };
}

/** What the timeline says of the sizes of node groups, in order of time. */
export function readResizes(
  timeline: readonly { readonly at: number; readonly resize?: WrittenResize | undefined }[],
  cloud: CloudSpec | undefined,
  endMicros: number,
  remark: Remark,
): readonly ResizeEntry[] {
  const entries: ResizeEntry[] = [];
  for (const [index, { at, resize }] of timeline.entries()) {
    if (resize === undefined) continue;
    const path: Path = ['spec', 'timeline', index, 'resize'];
    if (at > endMicros) {
      const message = `this never happens: the run ends at ${formatDuration(endMicros)}`;
      remark(['spec', 'timeline', index, 'at'], { code: 'too-late', severity: 'warning', message });
    }
    const group = groupNamed(resize.nodeGroup, cloud, [...path, 'nodeGroup'], remark);
    if (group !== undefined && (resize.size < group.minSize || resize.size > group.maxSize)) {
      const message = `${group.name} has ${group.minSize} to ${group.maxSize} machines`;
      remark([...path, 'size'], { code: 'out-of-range', message });
    }
    entries.push({ atMicros: at, nodeGroup: resize.nodeGroup, size: resize.size });
  }
  return entries.sort((a, b) => a.atMicros - b.atMicros);
}

function groupNamed(name: string, cloud: CloudSpec | undefined, path: Path, remark: Remark): NodeGroupSpec | undefined {
  const groups = cloud?.nodeGroups ?? [];
  const group = groups.find((one) => one.name === name);
  if (group === undefined) {
    const meant = nearest(
      name,
      groups.map((one) => one.name),
    );
    const help = meant === undefined ? 'name one of `cluster.cloud.nodeGroups`' : `did you mean \`${meant}\`?`;
    remark(path, { code: 'unknown-object', message: `there is no node group \`${name}\``, help });
  }
  return group;
}

/** A shortage of machines, looked up. */
export function cloudFaultOf(
  { nodeGroup: named, zone, duration: durationMicros }: WrittenCloudFault,
  cloud: CloudSpec | undefined,
  path: Path,
  remark: Remark,
): CloudFault {
  const kind = 'CloudStockOut';
  if ((named === undefined) === (zone === undefined)) {
    const help = 'write `{ kind: CloudStockOut, zone: a }`';
    remark(path, { code: 'bad-fault', message: 'CloudStockOut has one of `nodeGroup` and `zone`', help });
  }
  if (named !== undefined) {
    const isType = cloud?.instanceTypes.some(({ name }) => name === named) === true;
    if (!isType) groupNamed(named, cloud, [...path, 'nodeGroup'], remark);
    return { kind, nodeGroup: named, durationMicros };
  }
  const zones = [
    ...(cloud?.nodeGroups ?? []).flatMap((one) => one.zone ?? []),
    ...(cloud?.instanceTypes ?? []).flatMap((one) => one.zones),
  ];
  if (zone !== undefined && !zones.includes(zone)) {
    const meant = nearest(zone, zones);
    const help = meant === undefined ? 'name the `zone` of a node group' : `did you mean \`${meant}\`?`;
    remark([...path, 'zone'], { code: 'unknown-object', message: `no node group is in zone \`${zone}\``, help });
  }
  return { kind, zone: zone ?? '', durationMicros };
}
