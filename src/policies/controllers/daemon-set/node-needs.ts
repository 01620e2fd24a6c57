import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import type { Node } from '../../../sim/api/node.ts';
import { isPodAvailable, isPodReady, type Pod } from '../../../sim/api/pod.ts';
import type { ControllerHost } from '../../../sim/policy-api/controllers.ts';
import { isUpdated, livingOf, oldestFirst } from './daemon-pods.ts';
import { eligibilityOf } from './eligibility.ts';
import type { FailedPodsBackoff } from './failed-pods.ts';
import type { NodeStandings } from './node-standings.ts';
import { isUnbound, Standing } from './standing.ts';
import { surges } from './strategy.ts';

/** What is to be done so that every node has the pod it should have. */
export interface Changes {
  /** Nodes that are to get a pod. */
  readonly create: string[];
  readonly remove: Pod[];
}

/** What judging a node may need besides its pods. */
export interface Judge {
  readonly host: ControllerHost;
  readonly key: string;
  readonly set: DaemonSet;
  readonly hash: string;
  readonly failed: FailedPodsBackoff;
}

/** Looks at the nodes that need it; pods that were made for a node that is gone and never got onto it go as well. */
export function needsOf(judge: Judge, standings: NodeStandings): Changes {
  const changes: Changes = { create: [], remove: [] };
  const { pods } = standings;
  for (const node of standings.needy()) judgeNode(judge, node, livingOf(pods.get(node.metadata.name)), changes);
  if (standings.count(Standing.Stray) === 0) return changes;
  for (const [node, there] of pods) {
    if (standings.is(node, Standing.Stray)) changes.remove.push(...livingOf(there)!.filter(isUnbound));
  }
  return changes;
}

function judgeNode(judge: Judge, node: Node, pods: readonly Pod[] | undefined, changes: Changes): void {
  const { run, stay } = eligibilityOf(judge.set, node);
  const { name } = node.metadata;
  if (run && pods === undefined) changes.create.push(name);
  else if (stay && pods !== undefined) judgePods(judge, name, pods, run, changes);
  else if (!stay && pods !== undefined) changes.remove.push(...pods.filter(isNotAskedToGo));
}

function isNotAskedToGo(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined;
}

function judgePods(judge: Judge, node: string, pods: readonly Pod[], run: boolean, changes: Changes): void {
  const running: Pod[] = [];
  for (const pod of pods) {
    if (!isNotAskedToGo(pod)) continue;
    if (pod.status.phase === 'Failed') clearFailed(judge, node, pod, changes);
    else if (pod.status.phase === 'Succeeded') clearSucceeded(judge, node, pod, changes);
    else running.push(pod);
  }
  if (!surges(judge.set)) {
    if (running.length > 1) changes.remove.push(...oldestFirst(running).slice(1));
    return;
  }
  // While it surges, a node without a pod that stays gets one at once: the old one may take its time to go.
  if (running.length === 0 && run) changes.create.push(node);
  if (running.length > 1) changes.remove.push(...surplusOf(judge, running));
}

/** A pod that fails again and again is replaced more and more slowly. */
function clearFailed({ host, key, set, failed }: Judge, node: string, pod: Pod, changes: Changes): void {
  const now = host.now();
  const wait = failed.waitOf(set, node, now);
  if (wait > 0) return host.enqueueAfter(key, wait);
  failed.next(set, node, now);
  const what = `${pod.metadata.namespace}/${pod.metadata.name}`;
  const message = `Found failed daemon pod ${what} on node ${node}, will try to kill it`;
  host.record(set, 'Warning', 'FailedDaemonPod', message);
  changes.remove.push(pod);
}

function clearSucceeded({ host, set }: Judge, node: string, pod: Pod, changes: Changes): void {
  const what = `${pod.metadata.namespace}/${pod.metadata.name}`;
  const message = `Found succeeded daemon pod ${what} on node ${node}, will try to delete it`;
  host.record(set, 'Normal', 'SucceededDaemonPod', message);
  changes.remove.push(pod);
}

/**
 * With surge a node may have two pods: an old one that is ready, and a new one that is not available yet. Everything
 * beyond that goes.
 */
function surplusOf({ host, set, hash }: Judge, running: readonly Pod[]): Pod[] {
  let newest: Pod | undefined;
  let old: Pod | undefined;
  const surplus: Pod[] = [];
  for (const pod of oldestFirst(running)) {
    if (isUpdated(pod, hash) && newest === undefined) newest = pod;
    else if (!isUpdated(pod, hash) && old === undefined) old = pod;
    else surplus.push(pod);
  }
  if (newest === undefined || old === undefined) return surplus;
  if (!isPodReady(old) || isPodAvailable(newest, set.spec.minReadySeconds, host.now())) surplus.push(old);
  return surplus;
}
