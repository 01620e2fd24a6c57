import { LABEL_REGION, LABEL_ZONE, type Node, type Taint } from '../../../sim/api/node.ts';
import type { ConditionStatus } from '../../../sim/api/meta.ts';
import { conditionStatus } from '../../../sim/api/pod.ts';

export const TAINT_NOT_READY = 'node.kubernetes.io/not-ready';
export const TAINT_UNREACHABLE = 'node.kubernetes.io/unreachable';
const TAINT_UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Which taint stands for which status of which condition. */
const BY_CONDITION: readonly (readonly [type: string, status: ConditionStatus, key: string])[] = [
  ['Ready', 'False', TAINT_NOT_READY],
  ['Ready', 'Unknown', TAINT_UNREACHABLE],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
];

const MIRRORED: ReadonlySet<string> = new Set([...BY_CONDITION.map(([, , key]) => key), TAINT_UNSCHEDULABLE]);

const NO_TAINTS: readonly Taint[] = Object.freeze([]);

export function taintsOf(node: Node): readonly Taint[] {
  return node.spec.taints ?? NO_TAINTS;
}

export function hasTaint(node: Node, key: string, effect: Taint['effect']): boolean {
  return taintsOf(node).some((taint) => taint.key === key && taint.effect === effect);
}

export interface TaintChange {
  readonly add: readonly Taint[];
  readonly remove: readonly Taint[];
}

/** What has to change for the NoSchedule taints to mirror a node's conditions; undefined: nothing. */
export function mirrorConditions(node: Node): TaintChange | undefined {
  const wanted: string[] = [];
  for (const [type, status, key] of BY_CONDITION) {
    if (conditionStatus(node.status.conditions, type) === status) wanted.push(key);
  }
  if (node.spec.unschedulable === true) wanted.push(TAINT_UNSCHEDULABLE);
  const present = taintsOf(node).filter(({ key, effect }) => effect === 'NoSchedule' && MIRRORED.has(key));
  const add = wanted
    .filter((key) => present.every((taint) => taint.key !== key))
    .map((key): Taint => ({ key, effect: 'NoSchedule' }));
  const remove = present.filter(({ key }) => !wanted.includes(key));
  return add.length === 0 && remove.length === 0 ? undefined : { add, remove };
}

/** The node's taints after a change, or undefined where it changes nothing. Taints are the same by key and effect. */
export function changedTaints(node: Node, { add, remove }: TaintChange, now: number): readonly Taint[] | undefined {
  const same = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
  const before = taintsOf(node);
  const kept = before.filter((taint) => !remove.some((one) => same(one, taint)));
  const fresh = add.filter((taint) => !before.some((one) => same(one, taint)));
  if (fresh.length === 0 && kept.length === before.length) return undefined;
  return [...kept, ...fresh.map((taint) => ({ ...taint, timeAdded: now }))];
}

/** Region and zone of a node as one name; nodes without labels are a zone together. */
export function zoneOf({ metadata: { labels } }: Node): string {
  return `${labels[LABEL_REGION] ?? ''}:${labels[LABEL_ZONE] ?? ''}`;
}

/** Nodes with this label count for no zone's health. */
export function isExcludedFromDisruption({ metadata: { labels } }: Node): boolean {
  return labels['node.kubernetes.io/exclude-disruption'] !== undefined;
}
