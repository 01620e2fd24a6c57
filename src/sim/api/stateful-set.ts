import type { Condition, Labels, LabelSelector, ObjectMeta } from './meta.ts';
import type { PodTemplateSpec } from './pod.ts';
import type { PersistentVolumeClaim } from './storage.ts';
import type { IntOrString } from './workloads.ts';

/** What every pod of a StatefulSet gets a claim of its own from, called `<name>-<pod>`. */
export interface ClaimTemplate {
  readonly metadata: { readonly name: string; readonly labels: Labels; readonly annotations: Labels };
  readonly spec: PersistentVolumeClaim['spec'];
}

/** Whether a claim goes with the cause named, or stays. */
export type ClaimRetention = 'Retain' | 'Delete';

export interface StatefulSetSpec {
  readonly replicas: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly serviceName: string;
  readonly podManagementPolicy: 'OrderedReady' | 'Parallel';
  readonly updateStrategy: {
    readonly type: 'RollingUpdate' | 'OnDelete';
    /** May be missing even for RollingUpdate, where the author named the type and nothing else. */
    readonly rollingUpdate?: { readonly partition: number; readonly maxUnavailable?: IntOrString | undefined };
  };
  readonly volumeClaimTemplates?: readonly ClaimTemplate[];
  readonly persistentVolumeClaimRetentionPolicy: {
    readonly whenDeleted: ClaimRetention;
    readonly whenScaled: ClaimRetention;
  };
  readonly ordinals?: { readonly start: number };
  readonly minReadySeconds: number;
  readonly revisionHistoryLimit: number;
}

export interface StatefulSetStatus {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly currentReplicas: number;
  readonly updatedReplicas: number;
  /** Names of ControllerRevisions; empty until the first sync. */
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly collisionCount?: number | undefined;
  readonly conditions: readonly Condition[];
}

export interface StatefulSet {
  readonly kind: 'StatefulSet';
  readonly metadata: ObjectMeta;
  readonly spec: StatefulSetSpec;
  readonly status: StatefulSetStatus;
}
