import type { DaemonSet } from '../../src/sim/api/daemon-set.ts';
import type { Node } from '../../src/sim/api/node.ts';
import { isPodAvailable, isPodReady, isPodTerminal, type Pod } from '../../src/sim/api/pod.ts';
import {
  allByNode,
  isUpdated,
  oldestFirst,
  pairOf,
  type PodsByNode,
} from '../../src/policies/controllers/daemon-set/daemon-pods.ts';
import { eligibilityOf } from '../../src/policies/controllers/daemon-set/eligibility.ts';
import { boundsOf, surges } from '../../src/policies/controllers/daemon-set/strategy.ts';

/** What a sync of a DaemonSet works with. `now` in microseconds. */
export interface Scene {
  readonly set: DaemonSet;
  readonly hash: string;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly now: number;
}

interface Changes {
  readonly create: string[];
  readonly remove: string[];
}

/** Pods that have ended and are being taken away count in the status alone. */
function livingByNode(pods: readonly Pod[]): PodsByNode {
  return allByNode(pods.filter((pod) => !isPodTerminal(pod) || pod.metadata.deletionTimestamp === undefined));
}

/** The counts of the status, by a walk over all nodes. */
export function walkedCounts({ set, hash, nodes, pods, now }: Scene): object {
  const byNode = allByNode(pods);
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const node of nodes) {
    const there = byNode.get(node.metadata.name);
    if (!eligibilityOf(set, node).run) {
      if (there !== undefined) counts.misscheduled++;
      continue;
    }
    counts.desired++;
    if (there === undefined) continue;
    counts.current++;
    const pod = oldestFirst(there)[0]!;
    if (isPodReady(pod)) counts.ready++;
    if (isPodAvailable(pod, set.spec.minReadySeconds, now)) counts.available++;
    if (isUpdated(pod, hash)) counts.updated++;
  }
  return counts;
}

/** What is to come and to go, by a walk over all nodes, for a set that does not surge and none of whose pods ended. */
export function walkedNeeds({ set, nodes, pods }: Scene): Changes {
  const byNode = livingByNode(pods);
  const changes: Changes = { create: [], remove: [] };
  const leave = (...gone: readonly Pod[]): void =>
    void changes.remove.push(...gone.map(({ metadata }) => metadata.name));
  const stays = (pod: Pod): boolean => pod.metadata.deletionTimestamp === undefined;
  for (const node of nodes) {
    const { run, stay } = eligibilityOf(set, node);
    const there = byNode.get(node.metadata.name);
    const staying = there?.filter(stays) ?? [];
    if (run && there === undefined) changes.create.push(node.metadata.name);
    else if (!stay) leave(...staying);
    else if (surges(set) && run && staying.length === 0) changes.create.push(node.metadata.name);
    else if (!surges(set)) leave(...oldestFirst(staying).slice(1));
  }
  for (const [node, there] of byNode) {
    if (!nodes.some(({ metadata }) => metadata.name === node)) {
      leave(...there.filter(({ spec }) => (spec.nodeName ?? '') === ''));
    }
  }
  return changes;
}

/** A step of a rolling update without surge, as the real controller takes it: one walk that counts as it goes. */
export function walkedReplacement({ set, hash, nodes, pods, now }: Scene): Changes {
  const byNode = livingByNode(pods);
  const wanted = nodes.filter((node) => eligibilityOf(set, node).run);
  const { maxUnavailable } = boundsOf(set, wanted.length);
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, set.spec.minReadySeconds, now);
  let unavailable = wanted.filter(({ metadata }) => !byNode.has(metadata.name)).length;
  const ailing: Pod[] = [];
  const candidates: Pod[] = [];
  for (const there of byNode.values()) {
    const pair = pairOf(there, hash);
    if (pair === undefined || (pair.old === undefined) === (pair.updated === undefined)) unavailable++;
    else if (pair.updated !== undefined) {
      if (!isAvailable(pair.updated)) unavailable++;
    } else if (!isAvailable(pair.old!)) ailing.push(pair.old!);
    else if (unavailable < maxUnavailable) candidates.push(pair.old!);
  }
  const room = Math.max(0, maxUnavailable - unavailable);
  const gone = [...ailing, ...candidates.slice(0, room)];
  return { create: [], remove: gone.map(({ metadata }) => metadata.name) };
}

/** A step of a rolling update with surge, by a walk over all nodes. */
export function walkedSurge({ set, hash, nodes, pods, now }: Scene): Changes {
  const byNode = livingByNode(pods);
  const wanted = nodes.filter((node) => eligibilityOf(set, node).run).map(({ metadata }) => metadata.name);
  const { maxSurge } = boundsOf(set, wanted.length);
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, set.spec.minReadySeconds, now);
  const pairs = [...byNode].map(([name, there]) => ({ name, pair: pairOf(there, hash) }));
  const available = pairs.filter(({ pair }) => {
    const speaks = pair?.old ?? pair?.updated;
    return speaks !== undefined && isAvailable(speaks);
  }).length;
  const both = pairs.filter(({ pair }) => pair?.old !== undefined && pair.updated !== undefined);
  const alone = pairs.filter(({ pair }) => pair?.old !== undefined && pair.updated === undefined);
  const waiting = both.filter(({ pair }) => !isAvailable(pair!.updated!)).length;
  const room = Math.max(0, maxSurge - waiting - pairs.filter(({ pair }) => pair === undefined).length);
  const ailing = alone.filter(({ pair }) => !isAvailable(pair!.old!));
  const well = alone.filter(({ pair }) => isAvailable(pair!.old!));
  const retiring = well.filter(({ name }) => !wanted.includes(name)).slice(0, Math.max(0, available - wanted.length));
  // Those that go at once go in the order of their nodes, those that retire after them.
  const goes = new Set([
    ...both.filter(({ pair }) => isAvailable(pair!.updated!)),
    ...ailing.filter(({ name }) => !wanted.includes(name)),
  ]);
  const oldOf = ({ pair }: (typeof pairs)[number]): string => pair!.old!.metadata.name;
  return {
    create: [
      ...ailing.filter(({ name }) => wanted.includes(name)),
      ...well.filter(({ name }) => wanted.includes(name)).slice(0, room),
    ].map(({ name }) => name),
    remove: [...pairs.filter((one) => goes.has(one)), ...retiring].map(oldOf),
  };
}
