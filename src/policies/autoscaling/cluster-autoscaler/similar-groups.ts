import { LABEL_HOSTNAME, LABEL_REGION, LABEL_ZONE } from '../../../sim/api/node.ts';
import { resourcesOf } from '../../../sim/api/pod-requests.ts';
import type { ResourceList } from '../../../sim/api/pod.ts';
import type { CloudNodeGroup } from '../../../sim/policy-api/cloud.ts';
import type { NodeTemplate } from '../simulation/templates.ts';

/** Labels that may differ between groups that are alike. */
const IGNORED: ReadonlySet<string> = new Set([
  LABEL_HOSTNAME,
  LABEL_ZONE,
  LABEL_REGION,
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
]);
const MEMORY_TOLERANCE = 0.015;
const ALLOCATABLE_TOLERANCE = 0.05;

/** How far one group grows. */
export interface GroupGrowth {
  readonly group: CloudNodeGroup;
  readonly from: number;
  to: number;
}

/** Whether nodes of two groups are as good as the same but for where they are. */
export function areSimilar({ node: a }: NodeTemplate, { node: b }: NodeTemplate): boolean {
  return (
    within(a.status.capacity, b.status.capacity, (name) => (name === 'memory' ? MEMORY_TOLERANCE : 0)) &&
    within(a.status.allocatable, b.status.allocatable, () => ALLOCATABLE_TOLERANCE) &&
    sameLabels(a.metadata.labels, b.metadata.labels)
  );
}

function within(a: ResourceList, b: ResourceList, tolerance: (name: string) => number): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    if (b[name] === undefined) return false;
    const [x, y] = [amount(a, name), amount(b, name)];
    const larger = Math.max(x, y);
    return larger - Math.min(x, y) <= larger * tolerance(name);
  });
}

function amount(list: ResourceList, name: string): number {
  const { milliCpu, memoryBytes, ephemeralStorageBytes, pods, scalar } = resourcesOf(list);
  if (name === 'cpu') return milliCpu;
  if (name === 'memory') return memoryBytes;
  if (name === 'ephemeral-storage') return ephemeralStorageBytes;
  return name === 'pods' ? pods : (scalar.get(name) ?? 0);
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const counting = (labels: Readonly<Record<string, string>>): string[] =>
    Object.keys(labels).filter((name) => !IGNORED.has(name));
  const names = counting(a);
  return names.length === counting(b).length && names.every((name) => a[name] === b[name]);
}

/** Deals new nodes out so that the smallest group grows first; groups that are full take none. */
export function balance(groups: readonly CloudNodeGroup[], newNodes: number): readonly GroupGrowth[] {
  const growing = groups
    .map((group, order): GroupGrowth & { order: number } => {
      const from = group.targetSize;
      return { group, from, to: from, order };
    })
    .filter(({ group, from }) => from < group.maxSize)
    .sort((a, b) => a.from - b.from || a.order - b.order);
  for (let left = newNodes; left > 0; left--) {
    let smallest: GroupGrowth | undefined;
    for (const one of growing) {
      if (one.to < one.group.maxSize && (smallest === undefined || one.to < smallest.to)) smallest = one;
    }
    if (smallest === undefined) break;
    smallest.to++;
  }
  return growing.filter(({ from, to }) => to > from);
}
