import type { Change } from '../api/change.ts';
import { keyOf } from '../api/kinds.ts';
import type { Deployment } from '../api/workloads.ts';
import { NEVER, type RolloutRecord } from './records.ts';

interface Following {
  current: RolloutRecord;
  /** It had all its replicas available once: from then on a dip counts. */
  wasWhole: boolean;
}

/** Follows every Deployment through its rollouts. A rollout begins with a new template and ends when all is updated. */
export class Rollouts {
  readonly #following = new Map<string, Following>();
  readonly #records: RolloutRecord[] = [];

  records(): readonly RolloutRecord[] {
    return this.#records;
  }

  observe(change: Change<'Deployment'>, at: number): void {
    const deployment = change.object;
    const key = keyOf(deployment);
    if (change.type === 'DELETED') {
      this.#following.delete(key);
      return;
    }
    const known = this.#following.get(key);
    if (known === undefined) {
      const current = this.#begin(deployment, 1, at);
      this.#following.set(key, { current, wasWhole: false });
      return;
    }
    const newTemplate = change.previous?.spec.template !== deployment.spec.template;
    if (newTemplate && change.previous !== undefined) {
      known.current.superseded = known.current.completedAt === NEVER;
      known.current = this.#begin(deployment, known.current.revision + 1, at);
    }
    this.#follow(known, deployment, at);
  }

  #begin(deployment: Deployment, revision: number, at: number): RolloutRecord {
    const record: RolloutRecord = {
      namespace: deployment.metadata.namespace,
      deployment: deployment.metadata.name,
      revision,
      startedAt: at,
      completedAt: NEVER,
      superseded: false,
      desiredReplicas: deployment.spec.replicas,
      peakReplicas: deployment.status.replicas,
      lowestAvailable: deployment.status.availableReplicas,
      readyReplicas: deployment.status.readyReplicas,
      availableReplicas: deployment.status.availableReplicas,
      updatedReplicas: 0,
    };
    this.#records.push(record);
    return record;
  }

  #follow(following: Following, deployment: Deployment, at: number): void {
    const { current } = following;
    const { status, spec } = deployment;
    current.desiredReplicas = spec.replicas;
    current.readyReplicas = status.readyReplicas;
    current.availableReplicas = status.availableReplicas;
    current.updatedReplicas = status.updatedReplicas;
    if (status.replicas > current.peakReplicas) current.peakReplicas = status.replicas;
    if (!following.wasWhole) current.lowestAvailable = status.availableReplicas;
    else if (status.availableReplicas < current.lowestAvailable) current.lowestAvailable = status.availableReplicas;
    const complete =
      status.observedGeneration >= deployment.metadata.generation &&
      status.updatedReplicas === spec.replicas &&
      status.replicas === spec.replicas &&
      status.availableReplicas === spec.replicas;
    if (!complete) return;
    following.wasWhole = true;
    if (current.completedAt === NEVER) current.completedAt = at;
  }
}
