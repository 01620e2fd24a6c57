import type { KubectlCommand } from '../../sim/scenario/kubectl.ts';
import type { Refusal } from './refusal.ts';

/** A command for several objects of one kind, by their keys. */
type ForSeveral<C> = C extends { readonly key: string } ? Omit<C, 'key'> & { readonly keys: readonly string[] } : never;

/** A kubectl command as written: names not yet looked up, files not yet read. */
export type KubectlLine =
  | {
      readonly verb: 'apply' | 'create';
      readonly files: readonly string[];
      readonly recursive: boolean;
      readonly namespace: string | undefined;
    }
  | {
      readonly verb: 'autoscale';
      readonly kind: 'Deployment' | 'ReplicaSet' | 'ReplicationController' | 'StatefulSet';
      readonly keys: readonly string[];
      /** Absent: that of the target. */
      readonly name: string | undefined;
      readonly minReplicas: number | undefined;
      readonly maxReplicas: number;
      /** Per cent of the requests; absent: kubectl's default of 80. */
      readonly cpuPercent: number | undefined;
    }
  | ForSeveral<KubectlCommand>;

/** What a command says, or why it cannot be followed. */
export type KubectlReading = { readonly ok: true; readonly line: KubectlLine } | Refusal;
