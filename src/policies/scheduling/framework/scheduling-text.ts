import type { Container, PodSpec, Volume } from '../../../sim/api/pod.ts';

/** Members of a spec that no in-tree plugin with a column form looks at; NodeName's is for pods that are placed. */
const UNREAD = [
  'nodeName',
  'hostname',
  'subdomain',
  'restartPolicy',
  'terminationGracePeriodSeconds',
  'activeDeadlineSeconds',
  'readinessGates',
  'serviceAccountName',
  'automountServiceAccountToken',
  'securityContext',
] as const satisfies readonly (keyof PodSpec)[];

/** Members of a container that no in-tree plugin looks at. */
const UNREAD_OF_CONTAINER = [
  'name',
  'imagePullPolicy',
  'command',
  'args',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
  'env',
  'envFrom',
  'securityContext',
  'volumeMounts',
  'volumeDevices',
] as const satisfies readonly (keyof Container)[];

/** Sources of volumes that no in-tree plugin asks about. */
const HARMLESS_VOLUMES: ReadonlySet<string> = new Set([
  'name',
  'configMap',
  'secret',
  'emptyDir',
  'image',
  'projected',
  'downwardAPI',
  'hostPath',
  'nfs',
]);

/** What pods that share facts have in common: everything the in-tree plugins look at. */
export type SchedulingSpec = Omit<PodSpec, (typeof UNREAD)[number]>;

/** Equal texts, equal answers of every in-tree plugin. The text is the whole content, so nothing is taken for another. */
export function schedulingText(spec: PodSpec): string {
  const read: Record<string, unknown> = { ...spec };
  for (const member of UNREAD) delete read[member];
  read['containers'] = spec.containers.map(readOfContainer);
  if (spec.initContainers !== undefined) read['initContainers'] = spec.initContainers.map(readOfContainer);
  if (spec.volumes !== undefined) read['volumes'] = spec.volumes.filter((volume) => !isHarmless(volume));
  const text: string[] = [];
  for (const member of Object.keys(read).sort()) text.push(member, JSON.stringify(read[member]) ?? '');
  return text.join('\n');
}

function readOfContainer(container: Container): unknown {
  const read: Record<string, unknown> = { ...container };
  for (const member of UNREAD_OF_CONTAINER) delete read[member];
  return read;
}

/** Whether a volume is of a kind that no in-tree scheduler plugin asks about. */
export function isHarmless(volume: Volume): boolean {
  for (const source of Object.keys(volume)) if (!HARMLESS_VOLUMES.has(source)) return false;
  return true;
}
