import type { ApiObject, Kind } from '../api/kinds.ts';
import type { HorizontalPodAutoscaler } from '../api/autoscaling.ts';
import type { PatchBody, Subresource } from '../api/request.ts';
import type { Taint } from '../api/node.ts';

/** One command of kubectl on one object, or on some manifests. Keys are `namespace/name`, or a name. */
export type KubectlCommand =
  | { readonly verb: 'apply' | 'create'; readonly objects: readonly ApiObject[] }
  | {
      readonly verb: 'scale';
      readonly kind: 'Deployment' | 'ReplicaSet' | 'ReplicationController' | 'StatefulSet';
      readonly key: string;
      readonly replicas: number;
    }
  | {
      readonly verb: 'set-image';
      readonly kind: RolloutKind;
      readonly key: string;
      readonly images: Readonly<Record<string, string>>;
    }
  | {
      readonly verb: 'delete';
      readonly kind: Kind;
      readonly key: string;
      readonly gracePeriodSeconds: number | undefined;
      /** Absent: in the background. */
      readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
    }
  | {
      readonly verb: 'rollout';
      readonly action: 'undo' | 'pause' | 'resume' | 'restart';
      readonly kind: RolloutKind;
      readonly key: string;
      /** Of an undo: 0 for the revision before the newest. */
      readonly toRevision: number;
    }
  | { readonly verb: 'cordon'; readonly key: string; readonly on: boolean }
  | {
      readonly verb: 'drain';
      readonly key: string;
      readonly ignoreDaemonSets: boolean;
      readonly deleteEmptyDirData: boolean;
      readonly force: boolean;
      readonly gracePeriodSeconds: number | undefined;
      /** 0: for ever. */
      readonly timeoutMicros: number;
      readonly podSelector: string | undefined;
    }
  | {
      readonly verb: 'label' | 'annotate';
      readonly kind: Kind;
      readonly key: string;
      /** `null` takes away. */
      readonly values: Readonly<Record<string, string | null>>;
      readonly overwrite: boolean;
    }
  | {
      readonly verb: 'taint';
      readonly key: string;
      readonly add: readonly Taint[];
      /** Without an effect: of every effect. */
      readonly remove: readonly { readonly key: string; readonly effect?: Taint['effect'] | undefined }[];
      readonly overwrite: boolean;
    }
  | {
      readonly verb: 'patch';
      readonly kind: Kind;
      readonly key: string;
      readonly subresource: Subresource | undefined;
      readonly body: Exclude<PatchBody, { readonly patchType: 'apply' }>;
    }
  | { readonly verb: 'autoscale'; readonly object: HorizontalPodAutoscaler };

/** Kinds with a template that kubectl rolls out. */
export type RolloutKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';
