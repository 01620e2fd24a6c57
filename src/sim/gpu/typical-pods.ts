import type { GpuRequest } from './gpu-request.ts';

/** A kind of pod that a cluster is asked for often, and how large a part of all pods it is. */
export interface TypicalPod {
  readonly milliCpu: number;
  readonly gpus: number;
  readonly milliGpu: number;
  readonly models: readonly string[];
  /** The weights of all typical pods add up to 1. */
  readonly weight: number;
}

/** Which part of the pods the typical ones stand for. */
const COVERED = 0.95;

interface Group {
  readonly request: GpuRequest;
  readonly models: string;
  count: number;
}

/**
 * The kinds of pod that make up a workload: pods that ask for the same CPU, GPUs and models are one kind, and the most
 * frequent kinds are taken until they are 95 % of the pods. Kinds of equal frequency go from large to small.
 */
export function typicalPods(pods: Iterable<GpuRequest>): readonly TypicalPod[] {
  const groups = new Map<string, Group>();
  let total = 0;
  for (const request of pods) {
    const models = request.models.join('|');
    const key = `${request.milliCpu} ${request.milliGpu} ${request.gpus} ${models}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { request, models, count: 1 });
    else known.count++;
    total++;
  }
  const taken: Group[] = [];
  let covered = 0;
  for (const group of [...groups.values()].sort(byFrequency)) {
    if (covered >= COVERED * total) break;
    taken.push(group);
    covered += group.count;
  }
  return taken.map(({ request, count }) => ({
    milliCpu: request.milliCpu,
    gpus: request.gpus,
    milliGpu: request.milliGpu,
    models: request.models,
    weight: count / total / (covered / total),
  }));
}

function byFrequency(a: Group, b: Group): number {
  return (
    b.count - a.count ||
    b.request.milliCpu - a.request.milliCpu ||
    b.request.milliGpu - a.request.milliGpu ||
    b.request.gpus - a.request.gpus ||
    (a.models < b.models ? 1 : a.models > b.models ? -1 : 0)
  );
}
