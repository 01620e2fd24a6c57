import { NO_LABELS, type Labels, type ObjectMeta, type OwnerReference } from './meta.ts';

interface Wishes {
  readonly namespace: string;
  /** Empty when the server is to make a name from `generateName`. */
  readonly name?: string;
  readonly generateName?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly ownerReferences?: readonly OwnerReference[];
}

const NONE: readonly never[] = Object.freeze([]);

/** The metadata of an object that is about to be created: what the server stamps is still empty. */
export function newObjectMeta(wishes: Wishes): ObjectMeta {
  return {
    name: wishes.name ?? '',
    namespace: wishes.namespace,
    uid: '',
    resourceVersion: 0,
    generation: 0,
    creationTimestamp: 0,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    generateName: wishes.generateName,
    labels: wishes.labels ?? NO_LABELS,
    annotations: wishes.annotations ?? NO_LABELS,
    ownerReferences: wishes.ownerReferences ?? NONE,
    finalizers: NONE,
  };
}
