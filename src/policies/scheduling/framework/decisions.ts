import type { Labels } from '../../../sim/api/meta.ts';
import type { PreBindAnswer } from '../../../sim/policy-api/pre-bind.ts';
import type { BindingSteps, SchedulingDecision } from '../../../sim/policy-api/scheduler.ts';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import type { Status } from '../../../sim/policy-api/status.ts';
import type { CycleScratch } from './cycle-state.ts';
import type { Diagnosis } from './fit-error.ts';
import type { Framework } from './framework.ts';
import { explainFailure } from './schedule-pod.ts';
import type { NodeSnapshot } from './snapshot.ts';

/** What the host is told when no node takes the pod, PostFilter's answer included. */
export function unschedulableDecision(
  framework: Framework,
  snapshot: NodeSnapshot,
  state: CycleScratch,
  pod: PodInfo,
  diagnosis: Diagnosis,
): SchedulingDecision & { readonly kind: 'unschedulable' } {
  const evaluated = diagnosis.statuses.size;
  const failure = explainFailure(framework, snapshot, state, pod, diagnosis);
  return {
    kind: 'unschedulable',
    message: failure.message,
    evaluated,
    unschedulablePlugins: diagnosis.unschedulablePlugins,
    pendingPlugins: diagnosis.pendingPlugins,
    nominatedNodeName: failure.postFilter?.nominatedNodeName,
    victims: failure.postFilter?.victims ?? [],
  };
}

/** The extension points after the choice, for one pod and its node. */
export class PlacedPod implements BindingSteps {
  readonly #framework: Framework;
  readonly #state: CycleScratch;
  readonly #pod: PodInfo;
  readonly #nodeName: string;

  constructor(framework: Framework, state: CycleScratch, pod: PodInfo, nodeName: string) {
    this.#framework = framework;
    this.#state = state;
    this.#pod = pod;
    this.#nodeName = nodeName;
  }

  reserve(): Status | undefined {
    return this.#framework.runReserve(this.#state, this.#pod, this.#nodeName);
  }
  unreserve(): void {
    this.#framework.runUnreserve(this.#state, this.#pod, this.#nodeName);
  }
  permit(): ReturnType<BindingSteps['permit']> {
    return this.#framework.runPermit(this.#state, this.#pod, this.#nodeName);
  }
  preBind(): PreBindAnswer {
    return this.#framework.runPreBind(this.#state, this.#pod, this.#nodeName);
  }
  bind(): Status | undefined {
    return this.#framework.runBind(this.#state, this.#pod, this.#nodeName);
  }
  annotations(): Labels | undefined {
    return this.#framework.bindingAnnotations(this.#state, this.#pod, this.#nodeName);
  }
  postBind(): void {
    this.#framework.runPostBind(this.#state, this.#pod, this.#nodeName);
  }
}
