import type { Pod } from '../../../sim/api/pod.ts';
import type { ControllerHost } from '../../../sim/policy-api/controllers.ts';
import type { ClusterState, StateLog } from './cluster-state.ts';
import type { ScaleUpPlan } from './scale-up.ts';

/** What a scale-up is carried out with. */
export interface ScaleUpExecution {
  readonly host: ControllerHost;
  readonly log: StateLog;
  readonly state: ClusterState;
  readonly now: number;
}

/** Lets groups grow, and tells those for whose sake; false: nothing helps, which the others are told. */
export function executeScaleUp({ growth, pods, helpless }: ScaleUpPlan, execution: ScaleUpExecution): boolean {
  const { host, log, state, now } = execution;
  if (growth.length === 0) {
    for (const { pod, reasons } of helpless) notTriggered(host, pod, reasons);
    return false;
  }
  for (const { group, from, to } of growth) {
    const { id, maxSize } = group;
    const size = `instead of ${from} (max: ${maxSize})`;
    log('Normal', 'ScaledUpGroup', `Scale-up: setting group ${id} size to ${to} ${size}`);
    group.increaseSize(to - from);
    log('Normal', 'ScaledUpGroup', `Scale-up: group ${id} size set to ${to} ${size}`);
    state.registerScaleUp(id, to - from, now);
  }
  const text = growth.map(({ group, from, to }) => `{${group.id} ${from}->${to} (max: ${group.maxSize})}`).join(' ');
  for (const pod of pods) host.record(pod, 'Normal', 'TriggeredScaleUp', `pod triggered scale-up: [${text}]`);
  return true;
}

/** Tells a pod that no group grows for it. */
export function notTriggered(host: ControllerHost, pod: Pod, reasons: string): void {
  host.record(pod, 'Normal', 'NotTriggerScaleUp', `pod didn't trigger scale-up: ${reasons}`);
}
