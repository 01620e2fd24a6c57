import type { Kinds } from '../api/kinds.ts';

/** The kinds that roll out new templates. */
export type RollingKind = 'DaemonSet' | 'Deployment' | 'StatefulSet';

/** How far a workload has come, in pods. */
export interface Standing {
  readonly desired: number;
  readonly replicas: number;
  readonly ready: number;
  readonly available: number;
  readonly updated: number;
  /** Its controller has seen the newest spec, and everything that spec asks for is there and available. */
  readonly isComplete: boolean;
}

/** By the status that the workload's controller has written. */
export function standingOf(workload: Kinds[RollingKind]): Standing {
  switch (workload.kind) {
    case 'Deployment':
      return ofReplicas(workload, workload.spec.replicas);
    case 'StatefulSet': {
      // What is below the partition is not to be updated.
      const { replicas, updateStrategy } = workload.spec;
      return ofReplicas(workload, Math.max(0, replicas - (updateStrategy.rollingUpdate?.partition ?? 0)));
    }
    case 'DaemonSet': {
      const { metadata, status } = workload;
      const { desiredNumberScheduled: desired, numberAvailable, updatedNumberScheduled } = status;
      const isObserved = status.observedGeneration >= metadata.generation;
      return {
        desired,
        replicas: status.currentNumberScheduled,
        ready: status.numberReady,
        available: numberAvailable,
        updated: updatedNumberScheduled,
        isComplete: isObserved && updatedNumberScheduled === desired && numberAvailable === desired,
      };
    }
  }
}

function ofReplicas({ metadata, spec, status }: Kinds['Deployment' | 'StatefulSet'], toUpdate: number): Standing {
  const desired = spec.replicas;
  const isObserved = status.observedGeneration >= metadata.generation;
  const isWhole = status.replicas === desired && status.availableReplicas === desired;
  return {
    desired,
    replicas: status.replicas,
    ready: status.readyReplicas,
    available: status.availableReplicas,
    updated: status.updatedReplicas,
    isComplete: isObserved && isWhole && status.updatedReplicas >= toUpdate,
  };
}
