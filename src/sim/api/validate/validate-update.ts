import { sameData } from '../equality.ts';
import type { ApiObject } from '../kinds.ts';
import type { ObjectMeta } from '../meta.ts';
import type { Pod, PodSpec, Toleration } from '../pod.ts';
import type { Problem, Report } from '../problem.ts';
import type { PersistentVolumeClaim } from '../storage.ts';
import { checkJobUpdate } from './batch-update.ts';
import { Checker } from './checker.ts';
import { checkStatefulSetUpdate } from './stateful-set.ts';
import { validateObject } from './validate-object.ts';

const IMMUTABLE = 'field is immutable';

/**
 * Reports why the API server would refuse to put `next` in the place of `previous`: what is wrong with it by itself,
 * and what may not be changed. Both are complete; the resourceVersion is the store's business.
 */
export function validateUpdate(previous: ApiObject, next: ApiObject, report: Report): void {
  const at = new Checker(report);
  // The API server judges metadata once for all kinds and once more for each: its refusals name such causes twice.
  const found: Problem[] = [];
  checkMetaUpdate(previous.metadata, next.metadata, new Checker((problem) => found.push(problem), ['metadata']));
  for (const problem of [...found, ...found]) report(problem);
  validateObject(next, report);
  const spec = at.at('spec');
  if (previous.kind === 'Pod' && next.kind === 'Pod') return checkPodUpdate(previous, next, spec);
  if (previous.kind === 'Deployment' && next.kind === 'Deployment') {
    return checkSame(previous.spec.selector, next.spec.selector, spec.at('selector'));
  }
  if (previous.kind === 'ReplicaSet' && next.kind === 'ReplicaSet') {
    return checkSame(previous.spec.selector, next.spec.selector, spec.at('selector'));
  }
  if (previous.kind === 'DaemonSet' && next.kind === 'DaemonSet') {
    return checkSame(previous.spec.selector, next.spec.selector, spec.at('selector'));
  }
  if (previous.kind === 'StatefulSet' && next.kind === 'StatefulSet') {
    return checkStatefulSetUpdate(previous, next, spec);
  }
  if (previous.kind === 'ControllerRevision' && next.kind === 'ControllerRevision') {
    return checkSame(previous.data, next.data, at.at('data'));
  }
  if (previous.kind === 'Job' && next.kind === 'Job') return checkJobUpdate(previous, next, spec);
  if (previous.kind === 'Service' && next.kind === 'Service') {
    const isStill = previous.spec.type !== 'ExternalName' && next.spec.type !== 'ExternalName';
    if (isStill && (previous.spec.clusterIP ?? '') !== '') {
      checkSame(previous.spec.clusterIP, next.spec.clusterIP ?? '', spec.at('clusterIP'));
    }
    return;
  }
  if (previous.kind === 'PersistentVolumeClaim' && next.kind === 'PersistentVolumeClaim') {
    // A claim that is not bound yet may be bound, and a bound one may ask for more.
    const free = previous.spec.volumeName === undefined ? ['volumeName', 'storageClassName'] : [];
    const stays = ({ spec }: PersistentVolumeClaim): object => without(spec, [...free, 'resources']);
    if (!sameData(stays(previous), stays(next))) {
      spec.forbidden(
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      );
    }
    return;
  }
  if (previous.kind === 'PriorityClass' && next.kind === 'PriorityClass') {
    if (previous.value !== next.value) at.at('value').forbidden('may not be changed in an update.');
    return checkSame(previous.preemptionPolicy, next.preemptionPolicy, at.at('preemptionPolicy'));
  }
  if (previous.kind === 'StorageClass' && next.kind === 'StorageClass') {
    for (const name of ['provisioner', 'volumeBindingMode', 'parameters', 'reclaimPolicy'] as const) {
      checkSame(memberOf(previous, name), memberOf(next, name), at.at(name));
    }
    return;
  }
  if (previous.kind === 'Node' && next.kind === 'Node') {
    for (const name of ['podCIDR', 'providerID'] as const) {
      const before = previous.spec[name];
      if (before === undefined || before === next.spec[name]) continue;
      spec.at(name).forbidden(`node updates may not change ${name} except from "" to valid`);
    }
    return;
  }
  if (previous.kind === 'EndpointSlice' && next.kind === 'EndpointSlice') {
    return checkSame(previous.addressType, next.addressType, at.at('addressType'));
  }
  if ((previous.kind === 'ConfigMap' || previous.kind === 'Secret') && previous.kind === next.kind) {
    if (previous.kind === 'Secret') checkSame(previous.type, next.type, at.at('type'));
    if (previous.immutable !== true) return;
    const detail = 'field is immutable when `immutable` is set';
    if (next.immutable !== true) at.at('immutable').forbidden(detail);
    for (const name of ['data', 'binaryData'] as const) {
      if (!sameData(previous[name], next[name])) at.at(name).forbidden(detail);
    }
  }
}

function memberOf(object: object, name: string): unknown {
  return (object as Readonly<Record<string, unknown>>)[name];
}

function without(object: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

function checkSame(previous: unknown, next: unknown, at: Checker): void {
  if (!sameData(previous, next)) at.invalid(next ?? '', IMMUTABLE);
}

function checkMetaUpdate(previous: ObjectMeta, next: ObjectMeta, at: Checker): void {
  for (const name of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp'] as const) {
    checkSame(previous[name], next[name], at.at(name));
  }
  checkSame(previous.deletionGracePeriodSeconds, next.deletionGracePeriodSeconds, at.at('deletionGracePeriodSeconds'));
  if (next.generation < previous.generation) at.at('generation').invalid(next.generation, 'must not be decremented');
  if (previous.deletionTimestamp === undefined) return;
  const added = next.finalizers.filter((finalizer) => !previous.finalizers.includes(finalizer));
  if (added.length === 0) return;
  const found = added.map((finalizer) => `"${finalizer}"`).join(', ');
  at.at('finalizers').forbidden(
    `no new finalizers can be added if the object is being deleted, found new finalizers []string{${found}}`,
  );
}

/**
 * Of a pod's spec images, deadline, grace period and tolerations may change, and while it is gated also where it may
 * go, as long as that only becomes narrower.
 */
function checkPodUpdate(previous: Pod, next: Pod, at: Checker): void {
  const before = previous.spec;
  const after = next.spec;
  if (before.containers.length !== after.containers.length) {
    return at.at('containers').forbidden('pod updates may not add or remove containers');
  }
  if ((before.initContainers ?? []).length !== (after.initContainers ?? []).length) {
    return at.at('initContainers').forbidden('pod updates may not add or remove containers');
  }
  checkDeadline(before.activeDeadlineSeconds, after.activeDeadlineSeconds, at.at('activeDeadlineSeconds'));
  checkTolerationsKept(before.tolerations ?? [], after.tolerations ?? [], at.at('tolerations'));
  const gates = new Set((before.schedulingGates ?? []).map(({ name }) => name));
  (after.schedulingGates ?? []).forEach(({ name }, index) => {
    if (gates.has(name)) return;
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    at.at('schedulingGates', index, 'name').forbidden(detail);
  });
  const isGated = gates.size > 0;
  if (!sameData(comparable(before, isGated), comparable(after, isGated))) {
    at.forbidden(
      'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
        '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
        '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    );
  }
}

/** What of a spec has to stay as it is. */
function comparable(spec: PodSpec, isGated: boolean): unknown {
  const free = ['activeDeadlineSeconds', 'tolerations', 'schedulingGates'];
  return {
    ...without(spec, isGated ? [...free, 'nodeSelector', 'affinity'] : free),
    containers: spec.containers.map((container) => without(container, ['image'])),
    initContainers: (spec.initContainers ?? []).map((container) => without(container, ['image'])),
  };
}

function checkDeadline(before: number | undefined, after: number | undefined, at: Checker): void {
  if (before === undefined || before === after) return;
  if (after === undefined) at.invalid(null, 'must not update from a positive integer to nil value');
  else if (after > before) at.invalid(after, 'must be less than or equal to previous value');
}

function checkTolerationsKept(before: readonly Toleration[], after: readonly Toleration[], at: Checker): void {
  const plain = (toleration: Toleration): object => without(toleration, ['tolerationSeconds']);
  for (const toleration of before) {
    if (after.some((each) => sameData(plain(each), plain(toleration)))) continue;
    return at.forbidden('existing toleration can not be modified except its tolerationSeconds');
  }
}
