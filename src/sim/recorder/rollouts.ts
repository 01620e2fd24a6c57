import type { Change } from '../api/change.ts';
import { keyOf, type Kinds } from '../api/kinds.ts';
import { NEVER, type RolloutRecord } from './records.ts';
import { standingOf, type RollingKind, type Standing } from './standing.ts';

interface Following {
  current: RolloutRecord;
  /** It had all its replicas available once: from then on a dip counts. */
  wasWhole: boolean;
}

/**
 * Follows every Deployment, StatefulSet and DaemonSet through its rollouts. A rollout begins with a new template and ends
 * when all is updated that is to be.
 */
export class Rollouts {
  readonly #following = new Map<string, Following>();
  readonly #records: RolloutRecord[] = [];

  records(): readonly RolloutRecord[] {
    return this.#records;
  }

  observe(change: Change<RollingKind>, at: number): void {
    const { object, previous } = change;
    const key = `${object.kind} ${keyOf(object)}`;
    if (change.type === 'DELETED') {
      this.#following.delete(key);
      return;
    }
    const standing = standingOf(object);
    const known = this.#following.get(key);
    if (known === undefined) {
      this.#following.set(key, { current: this.#begin(object, standing, 1, at), wasWhole: false });
      return;
    }
    if (previous !== undefined && previous.spec.template !== object.spec.template) {
      known.current.superseded = known.current.completedAt === NEVER;
      known.current = this.#begin(object, standing, known.current.revision + 1, at);
    }
    follow(known, standing, at);
  }

  #begin({ kind, metadata }: Kinds[RollingKind], standing: Standing, revision: number, at: number): RolloutRecord {
    const record: RolloutRecord = {
      namespace: metadata.namespace,
      kind,
      name: metadata.name,
      revision,
      startedAt: at,
      completedAt: NEVER,
      superseded: false,
      desiredReplicas: standing.desired,
      peakReplicas: standing.replicas,
      lowestAvailable: standing.available,
      readyReplicas: standing.ready,
      availableReplicas: standing.available,
      updatedReplicas: 0,
    };
    this.#records.push(record);
    return record;
  }
}

function follow(following: Following, standing: Standing, at: number): void {
  const { current } = following;
  const { available, replicas } = standing;
  current.desiredReplicas = standing.desired;
  current.readyReplicas = standing.ready;
  current.availableReplicas = available;
  current.updatedReplicas = standing.updated;
  if (replicas > current.peakReplicas) current.peakReplicas = replicas;
  if (!following.wasWhole || available < current.lowestAvailable) current.lowestAvailable = available;
  if (!standing.isComplete) return;
  following.wasWhole = true;
  if (current.completedAt === NEVER) current.completedAt = at;
}
