import { objectKey, type ApiObject } from '../../../sim/api/kinds.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../sim/api/storage.ts';
import { metaAnnotated } from '../../../sim/api/versions.ts';
import type { PreBindSteps } from '../../../sim/policy-api/pre-bind.ts';
import { Code, type Status } from '../../../sim/policy-api/status.ts';
import { isFullyBound, notFound } from './volume-claims.ts';

/** On a claim that waits for its first consumer: the node that the scheduler has chosen. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const POLL_MICROS = 1_000_000;

/** What is to become of the claims that wait, on one node. */
export interface VolumePlan {
  readonly bindings: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  readonly toProvision: readonly PersistentVolumeClaim[];
}

/** The volume as it is written for a claim it is kept for. */
export function reservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { name, namespace, uid } = claim.metadata;
  const isOurs = volume.spec.claimRef === undefined;
  const annotations = { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
  const metadata = isOurs ? metaAnnotated(volume.metadata, annotations) : volume.metadata;
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid };
  return { ...volume, metadata, spec: { ...volume.spec, claimRef } };
}

/** The claim as it is written for its provisioner. */
export function onNode(claim: PersistentVolumeClaim, nodeName: string): PersistentVolumeClaim {
  const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: nodeName };
  return { ...claim, metadata: metaAnnotated(claim.metadata, annotations) };
}

export interface BindingView {
  /** What the cache has of a claim. */
  claim(key: string): PersistentVolumeClaim | undefined;
  /** Microseconds. */
  now(): number;
  readonly timeoutMicros: number;
}

/**
 * PreBind: writes the plan, and looks every second whether the controller of volumes and the provisioner have done the
 * rest (semantics sheet 3.15).
 */
export function* bindVolumes(plan: VolumePlan, nodeName: string, view: BindingView): PreBindSteps {
  const written: ApiObject[] = [];
  for (const object of [...plan.bindings.map(({ volume }) => volume), ...plan.toProvision]) {
    const answer = yield { verb: 'update', object };
    if (answer?.ok !== true) return { code: Code.Error, reasons: [answer?.message ?? 'no answer'] };
    written.push(answer.object!);
  }
  const claims = [...plan.bindings.map(({ claim }) => claim), ...plan.toProvision];
  const timesOutAt = view.now() + view.timeoutMicros;
  while (view.now() < timesOutAt) {
    const interruption = yield POLL_MICROS;
    if (interruption?.ok === false) return failure(interruption.message);
    const states = claims.map((claim) => stateOf(claim, written, nodeName, view));
    const failed = states.find((state) => typeof state === 'object');
    if (failed !== undefined) return failed;
    if (states.every((state) => state === 'bound')) return undefined;
  }
  return failure('context deadline exceeded');
}

function stateOf(
  { metadata }: PersistentVolumeClaim,
  written: readonly ApiObject[],
  nodeName: string,
  view: BindingView,
): 'bound' | 'waits' | Status {
  const claim = view.claim(objectKey(metadata.namespace, metadata.name));
  if (claim === undefined)
    return failure(`failed to check binding: ${notFound('persistentvolumeclaim', metadata.name)}`);
  const own = written.find((each) => each.metadata.uid === claim.metadata.uid);
  if (own !== undefined) {
    if (claim.metadata.resourceVersion < own.metadata.resourceVersion) return 'waits';
    // Whoever cannot make the volume takes the node away, so that another can be chosen.
    if (claim.metadata.annotations[SELECTED_NODE] !== nodeName) {
      return failure(`provisioning failed for PVC "${metadata.name}"`);
    }
  }
  return isFullyBound(claim) ? 'bound' : 'waits';
}

function failure(reason: string): Status {
  return { code: Code.Error, reasons: [`binding volumes: ${reason}`] };
}
