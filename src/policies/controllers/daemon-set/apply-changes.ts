import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import { keyOf } from '../../../sim/api/kinds.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { Request, Response } from '../../../sim/api/request.ts';
import { isNamespaceTerminating } from '../../../sim/api/status-cause.ts';
import type { ControllerHost, Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import type { ExpectedCounts } from '../expected-counts.ts';
import { slowStart } from '../replica-set/slow-start.ts';
import type { Changes } from './node-needs.ts';
import { podOfNode } from './pod-of-node.ts';

/** At most so many pods are created, and as many deleted, in one sync. */
const BURST_REPLICAS = 250;

/** Who acts, for whom, and what is kept count of. */
export interface Actor {
  readonly host: ControllerHost;
  readonly key: string;
  readonly set: DaemonSet;
  readonly hash: string;
  readonly expectations: ExpectedCounts;
  wrote(pod: Pod): void;
}

/**
 * Creates pods in batches of 1, 2, 4, …, and deletes all others at once.
 *
 * @throws SyncError when any of it did not get through
 */
export function* applyChanges(actor: Actor, { create, remove }: Changes): Steps<void> {
  const nodes = create.slice(0, BURST_REPLICAS);
  const victims = remove.slice(0, BURST_REPLICAS);
  actor.expectations.expect(actor.key, nodes.length, victims.length);
  const failures = [...(yield* createPods(actor, nodes)), ...(yield* deletePods(actor, victims))];
  if (failures.length > 0) throw new SyncError(failures.join(', '));
}

function* createPods({ host, key, set, hash, expectations, wrote }: Actor, nodes: readonly string[]): Steps<string[]> {
  let sent = 0;
  const { successes, failure } = yield* slowStart(
    nodes.length,
    () => ({ verb: 'create', object: podOfNode(set, hash, nodes[sent++]!) }),
    (answer) => {
      if (answer.ok) {
        const pod = answer.object as Pod;
        wrote(pod);
        host.record(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
        return true;
      }
      // In a namespace that goes away nothing is left to do.
      if (isNamespaceTerminating(answer)) return true;
      host.record(set, 'Warning', 'FailedCreate', `Error creating: ${answer.message}`);
      return false;
    },
  );
  expectations.creationObserved(key, nodes.length - successes);
  return failure === undefined ? [] : [failure];
}

function* deletePods({ host, key, set, expectations }: Actor, victims: readonly Pod[]): Steps<string[]> {
  if (victims.length === 0) return [];
  const answers: readonly Response[] = yield victims.map((pod): Request => ({
    verb: 'delete',
    kind: 'Pod',
    key: keyOf(pod),
  }));
  const failures: string[] = [];
  answers.forEach((answer, i) => {
    const { name } = victims[i]!.metadata;
    if (answer.ok) return host.record(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    expectations.deletionObserved(key);
    if (answer.reason === 'NotFound') return;
    host.record(set, 'Warning', 'FailedDelete', `Error deleting: ${answer.message}`);
    failures.push(answer.message);
  });
  return failures;
}
