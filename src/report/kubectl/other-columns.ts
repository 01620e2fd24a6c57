import type { HorizontalPodAutoscaler } from '../../sim/api/autoscaling.ts';
import type { Event } from '../../sim/api/core.ts';
import type { Namespace } from '../../sim/api/core.ts';
import type { PodDisruptionBudget } from '../../sim/api/policy.ts';
import type { PersistentVolumeClaim } from '../../sim/api/storage.ts';
import { age } from './age.ts';
import { targetsOf } from './autoscaler-targets.ts';
import { AGE, NAME, type Columns } from './column.ts';

export const AUTOSCALER_COLUMNS: Columns<HorizontalPodAutoscaler> = [
  NAME,
  { name: 'REFERENCE', cell: ({ spec: { scaleTargetRef } }) => `${scaleTargetRef.kind}/${scaleTargetRef.name}` },
  { name: 'TARGETS', cell: targetsOf },
  { name: 'MINPODS', cell: ({ spec }) => String(spec.minReplicas) },
  { name: 'MAXPODS', cell: ({ spec }) => String(spec.maxReplicas) },
  { name: 'REPLICAS', cell: ({ status }) => String(status.currentReplicas) },
  AGE,
];

export const BUDGET_COLUMNS: Columns<PodDisruptionBudget> = [
  NAME,
  { name: 'MIN AVAILABLE', cell: ({ spec }) => String(spec.minAvailable ?? 'N/A') },
  { name: 'MAX UNAVAILABLE', cell: ({ spec }) => String(spec.maxUnavailable ?? 'N/A') },
  { name: 'ALLOWED DISRUPTIONS', cell: ({ status }) => String(status.disruptionsAllowed) },
  AGE,
];

export const NAMESPACE_COLUMNS: Columns<Namespace> = [
  NAME,
  { name: 'STATUS', cell: ({ status }) => status.phase },
  AGE,
];

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export const CLAIM_COLUMNS: Columns<PersistentVolumeClaim> = [
  NAME,
  {
    name: 'STATUS',
    cell: ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating'),
  },
  { name: 'VOLUME', cell: ({ spec }) => spec.volumeName ?? '' },
  { name: 'CAPACITY', cell: ({ spec, status }) => (isBound(spec) ? (status?.capacity?.['storage'] ?? '0') : '') },
  {
    name: 'ACCESS MODES',
    cell: ({ spec, status }) =>
      isBound(spec) ? (status?.accessModes ?? []).map((mode) => ACCESS_MODES[mode] ?? mode).join(',') : '',
  },
  { name: 'STORAGECLASS', cell: ({ spec }) => spec.storageClassName ?? '' },
  { name: 'VOLUMEATTRIBUTESCLASS', cell: () => '<unset>' },
  AGE,
  { name: 'VOLUMEMODE', wide: true, cell: ({ spec }) => spec.volumeMode ?? '<unset>' },
];

function isBound({ volumeName = '' }: PersistentVolumeClaim['spec']): boolean {
  return volumeName !== '';
}

export const EVENT_COLUMNS: Columns<Event> = [
  { name: 'LAST SEEN', cell: ({ lastTimestamp }, now) => age(lastTimestamp, now) },
  { name: 'TYPE', cell: ({ type }) => type },
  { name: 'REASON', cell: ({ reason }) => reason },
  { name: 'OBJECT', cell: ({ involvedObject: { kind, name } }) => `${kind.toLowerCase()}/${name}` },
  { name: 'SUBOBJECT', wide: true, cell: () => '' },
  { name: 'SOURCE', wide: true, cell: ({ source }) => source },
  { name: 'MESSAGE', cell: ({ message }) => message.trim() },
  { name: 'FIRST SEEN', wide: true, cell: ({ firstTimestamp }, now) => age(firstTimestamp, now) },
  { name: 'COUNT', wide: true, cell: ({ count }) => String(count) },
  { name: 'NAME', wide: true, cell: ({ metadata }) => metadata.name },
];
