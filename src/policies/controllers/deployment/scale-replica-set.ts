import type { ReplicaSet } from '../../../sim/api/workloads.ts';
import { metaAnnotated, withParts } from '../../../sim/api/versions.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { demand } from '../requests.ts';
import { withReplicas } from './annotations.ts';
import type { Draft } from './draft.ts';
import { maxSurge } from './fenceposts.ts';

/**
 * Gives a ReplicaSet its size and notes the size of the Deployment on it; says so in an Event when the size changed.
 * Gives the ReplicaSet as it is afterwards.
 */
export function* scaleReplicaSet(draft: Draft, rs: ReplicaSet, replicas: number): Steps<ReplicaSet> {
  const { spec } = draft;
  const annotations = withReplicas(rs.metadata.annotations, spec.replicas, spec.replicas + maxSurge(spec));
  const before = rs.spec.replicas;
  if (before === replicas && annotations === rs.metadata.annotations) return rs;
  const scaled = yield* demand<ReplicaSet>({
    verb: 'update',
    object: withParts(rs, metaAnnotated(rs.metadata, annotations), { ...rs.spec, replicas }, rs.status),
  });
  if (before !== replicas) {
    const direction = before < replicas ? 'up' : 'down';
    draft.host.record(
      draft.read,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${direction} replica set ${rs.metadata.name} from ${before} to ${replicas}`,
    );
  }
  return scaled;
}

/** As {@link scaleReplicaSet}, but leaves a ReplicaSet of the right size alone, whatever its annotations say. */
export function* resize(draft: Draft, rs: ReplicaSet, replicas: number): Steps<ReplicaSet> {
  return rs.spec.replicas === replicas ? rs : yield* scaleReplicaSet(draft, rs, replicas);
}
