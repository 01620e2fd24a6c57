import { nonZeroRequests, podRequests } from '../sim/api/pod-requests.ts';
import type { ApiObject } from '../sim/api/kinds.ts';
import type { Pod, PodSpec } from '../sim/api/pod.ts';
import { podsAtOnce, podTemplateOf } from '../sim/api/pod-template.ts';
import type { NodePool } from '../sim/scenario/cluster.ts';
import { NODE_LABELS } from './node-pools.ts';

const ZONES = ['a', 'b', 'c'];
const GIB = 1024 ** 3;
const PODS = 110;

/**
 * The cluster when nothing is said about nodes: three zones with room for everything.
 *
 * A node has 16 CPUs, 64 GiB and 110 pods, or twice that, and so on, until the largest pod fills no more than half of
 * one. There are as many nodes as keep what all pods request at or below half of each resource, and as many as the most
 * replicas of anything that can have only one pod a node (host ports, required anti-affinity); at least one a zone, and
 * the same number in each. Extended resources are there as far as any pod asks for them.
 */
export function defaultCluster(
  objects: readonly ApiObject[],
  extraPods: readonly { spec: PodSpec; count: number }[] = [],
): NodePool {
  let milliCpu = 0;
  let memoryBytes = 0;
  let pods = 0;
  let loners = 0;
  let largestCpu = 0;
  let largestMemory = 0;
  let largestStorage = 0;
  let storageBytes = 0;
  const extended = new Map<string, { total: number; largest: number }>();
  const add = (spec: PodSpec, count: number) => {
    const pod = { kind: 'Pod', spec, status: { phase: 'Pending', conditions: [] } } as unknown as Pod;
    const requests = podRequests(pod);
    const nonZero = nonZeroRequests(pod);
    milliCpu += Math.max(requests.milliCpu, nonZero.milliCpu) * count;
    memoryBytes += Math.max(requests.memoryBytes, nonZero.memoryBytes) * count;
    storageBytes += requests.ephemeralStorageBytes * count;
    pods += count;
    largestCpu = Math.max(largestCpu, requests.milliCpu);
    largestMemory = Math.max(largestMemory, requests.memoryBytes);
    largestStorage = Math.max(largestStorage, requests.ephemeralStorageBytes);
    if (needsOwnNode(spec)) loners += count;
    for (const [name, amount] of requests.scalar) {
      const known = extended.get(name) ?? { total: 0, largest: 0 };
      extended.set(name, { total: known.total + amount * count, largest: Math.max(known.largest, amount) });
    }
  };
  for (const object of objects) {
    const template = podTemplateOf(object);
    if (template !== undefined) add(template.spec, podsAtOnce(object));
    else if (object.kind === 'Pod') add(object.spec, 1);
  }
  for (const { spec, count } of extraPods) add(spec, count);

  let scale = 1;
  while (largestCpu > 8_000 * scale || largestMemory > 32 * GIB * scale) scale *= 2;
  const storage = Math.max(100 * GIB, 2 * largestStorage);
  const count = Math.max(
    ZONES.length,
    Math.ceil(milliCpu / (8_000 * scale)),
    Math.ceil(memoryBytes / (32 * GIB * scale)),
    Math.ceil(storageBytes / (storage / 2)),
    Math.ceil(pods / (PODS / 2)),
    loners,
  );
  const nodes = Math.ceil(count / ZONES.length) * ZONES.length;
  const capacity: Record<string, string> = {
    cpu: String(16 * scale),
    memory: `${64 * scale}Gi`,
    pods: String(PODS),
    'ephemeral-storage': String(storage),
  };
  for (const [name, { total, largest }] of extended)
    capacity[name] = String(Math.max(largest * 2, Math.ceil((total * 2) / nodes)));
  return { name: 'node', count: nodes, zones: ZONES, labels: NODE_LABELS, taints: [], capacity, allocatable: capacity };
}

/** Two pods of this kind cannot share a node. */
function needsOwnNode(spec: PodSpec): boolean {
  if ((spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).length > 0) return true;
  return spec.containers.some((container) => (container.ports ?? []).some((port) => (port.hostPort ?? 0) > 0));
}
