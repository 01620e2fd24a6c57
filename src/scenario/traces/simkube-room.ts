import { bytesOf, milliCpuOf } from '../../sim/api/quantity.ts';
import type { RecordedObject } from './simkube.ts';

/** What an object's pods take of a cluster. */
export interface RecordedRoom {
  pods: number;
  milliCpu: number;
  memoryBytes: number;
}

/** By its replicas and the requests of its pod template; what has no template is taken for one small pod. */
export function podRequestsOfRecorded({ spec = {} }: RecordedObject): RecordedRoom {
  const { replicas, template } = spec as { replicas?: unknown; template?: { spec?: { containers?: unknown } } };
  const pods = typeof replicas === 'number' ? replicas : 1;
  const { containers } = template?.spec ?? {};
  let milliCpu = 0;
  let memoryBytes = 0;
  for (const container of Array.isArray(containers) ? containers : []) {
    const { requests = {} } = (container as { resources?: { requests?: Record<string, unknown> } }).resources ?? {};
    milliCpu += amount(requests['cpu'], milliCpuOf);
    memoryBytes += amount(requests['memory'], bytesOf);
  }
  return { pods, milliCpu: pods * milliCpu, memoryBytes: pods * memoryBytes };
}

function amount(value: unknown, read: (text: string) => number): number {
  if (typeof value !== 'string' && typeof value !== 'number') return 0;
  try {
    return read(String(value));
  } catch {
    return 0;
  }
}
