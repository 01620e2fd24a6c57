import { deepFreeze } from '../../../sim/api/freeze.ts';
import { NO_LABELS, type ObjectMeta } from '../../../sim/api/meta.ts';
import { LABEL_HOSTNAME, LABEL_ZONE, type Node } from '../../../sim/api/node.ts';
import type { Pod, PodSpec } from '../../../sim/api/pod.ts';

/** Numbers that depend on a seed alone: good enough to make clusters up, and for nothing else. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  }

  /** Uniform in 0..n-1. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  oneOf<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }
}

function metadata(name: string, namespace: string, labels: Readonly<Record<string, string>>): ObjectMeta {
  return {
    name,
    namespace,
    uid: `uid-${name}`,
    resourceVersion: 1,
    generation: 1,
    creationTimestamp: 0,
    labels,
    annotations: NO_LABELS,
    ownerReferences: [],
    finalizers: [],
  };
}

/** A node of a small cluster with zones, two kinds of disk, and now and then a taint or a cordon. */
export function generatedNode(dice: Dice, name: string): Node {
  const resources = {
    cpu: dice.oneOf(['2', '4', '8']),
    memory: dice.oneOf(['4Gi', '8Gi', '16Gi']),
    pods: dice.oneOf(['5', '20', '110']),
    'ephemeral-storage': '50Gi',
    ...(dice.chance(0.2) ? { 'example.com/gpu': '2' } : {}),
  };
  const labels = {
    [LABEL_HOSTNAME]: name,
    [LABEL_ZONE]: dice.oneOf(['a', 'b', 'c']),
    disk: dice.oneOf(['ssd', 'hdd']),
  };
  return deepFreeze<Node>({
    kind: 'Node',
    metadata: metadata(name, '', labels),
    spec: {
      ...(dice.chance(0.15) ? { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] } : {}),
      ...(dice.chance(0.05) ? { unschedulable: true } : {}),
    },
    status: { capacity: resources, allocatable: resources, conditions: [{ type: 'Ready', status: 'True' }] },
  });
}

/** A pod that waits for a node: every kind of wish now and then. */
export function generatedPod(dice: Dice, name: string): Pod {
  const app = dice.oneOf(['web', 'db', 'cache']);
  const requests = {
    ...(dice.chance(0.9) ? { cpu: dice.oneOf(['100m', '500m', '1', '2', '3']) } : {}),
    ...(dice.chance(0.8) ? { memory: dice.oneOf(['64Mi', '512Mi', '2Gi']) } : {}),
    ...(dice.chance(0.1) ? { 'example.com/gpu': '1' } : {}),
  };
  const term = {
    topologyKey: dice.oneOf([LABEL_HOSTNAME, LABEL_ZONE]),
    labelSelector: { matchLabels: { app: dice.oneOf(['web', 'db', 'cache']) } },
  };
  const spec: PodSpec = {
    containers: [
      {
        name: 'main',
        image: 'registry.example.com/app:v1',
        resources: { requests },
        ...(dice.chance(0.1) ? { ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' as const }] } : {}),
      },
    ],
    schedulerName: 'default-scheduler',
    restartPolicy: 'Always',
    priority: dice.oneOf([0, 0, 0, 100]),
    ...(dice.chance(0.2) ? { tolerations: [{ key: 'dedicated', operator: 'Exists' as const }] } : {}),
    ...(dice.chance(0.2) ? { nodeSelector: { disk: 'ssd' } } : {}),
    ...(dice.chance(0.15)
      ? { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }
      : {}),
    ...(dice.chance(0.15)
      ? {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: LABEL_ZONE,
              whenUnsatisfiable: 'DoNotSchedule' as const,
              labelSelector: { matchLabels: { app } },
            },
          ],
        }
      : {}),
  };
  return deepFreeze<Pod>({
    kind: 'Pod',
    metadata: metadata(name, 'default', { app }),
    spec,
    status: { phase: 'Pending', conditions: [] },
  });
}

export function onNode(pod: Pod, nodeName: string): Pod {
  return deepFreeze<Pod>({
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { ...pod.status, phase: 'Running', startTime: 0 },
  });
}
