import type { RunRecord } from '../sim/recorder/run-record.ts';
import type { Summary } from './summary.ts';

const SLO_STARTUP_MICROS = 5_000_000;

/** What a reader of this result would want to look at now, most telling first; empty when all is well. */
export function lookNext(run: RunRecord, summary: Summary): readonly string[] {
  const hints: string[] = [];
  if (run.nodes.length === 0) hints.push('the cluster has no nodes: give it some under spec.cluster.nodes');
  const unschedulable = run.pending.filter(({ reason }) => reason.includes('nodes are available'));
  if (unschedulable.length > 0) {
    const pods = unschedulable.reduce((sum, one) => sum + one.pods, 0);
    hints.push(
      `${pods} ${pods === 1 ? 'pod has' : 'pods have'} no node: the scheduler's words stand above; pods.csv has each one`,
    );
  }
  const crashing = run.pending.find(({ reason }) => reason.endsWith('CrashLoopBackOff') || reason === 'Error');
  if (crashing !== undefined) hints.push(`containers crash, for instance of ${crashing.example}: see events.csv`);
  const pulls = run.pending.find(
    ({ reason }) => reason.endsWith('ImagePullBackOff') || reason.endsWith('ErrImagePull'),
  );
  if (pulls !== undefined) hints.push(`images cannot be pulled, for instance by ${pulls.example}: see events.csv`);
  const stuck = run.rollouts.filter((one) => one.completedAt < 0 && !one.superseded);
  const [first] = stuck;
  if (first !== undefined) {
    hints.push(`${first.kind.toLowerCase()}/${first.name} did not finish its rollout: see workloads.csv`);
  }
  if (summary.startup !== undefined && summary.startup.p99 > SLO_STARTUP_MICROS) {
    const waits = summary.scheduling !== undefined && 2 * summary.scheduling.p99 > summary.startup.p99;
    const why = waits ? 'most of it waiting for the scheduler' : 'which leaves image pulls out';
    hints.push(`start-up p99 is above the 5 s of the Kubernetes SLO (${why}): see pods.csv`);
  }
  return hints;
}
