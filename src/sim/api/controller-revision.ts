import type { ObjectMeta } from './meta.ts';

/** A state that a StatefulSet or a DaemonSet had, kept so that it can be gone back to. Never changes but in `revision`. */
export interface ControllerRevision {
  readonly kind: 'ControllerRevision';
  readonly metadata: ObjectMeta;
  /** What restores the state when it is applied to the owner as a patch: `{ spec: { template } }`. */
  readonly data: unknown;
  readonly revision: number;
}
