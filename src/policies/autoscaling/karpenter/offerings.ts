import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import { NO_LABELS } from '../../../sim/api/meta.ts';
import { LABEL_HOSTNAME, LABEL_ZONE, type Node } from '../../../sim/api/node.ts';
import { compileNodeSelectorTerm } from '../../../sim/api/node-selector.ts';
import { podRequestsOnNode, resourcesOf, type Resources } from '../../../sim/api/pod-requests.ts';
import type { CloudInstanceType, CloudProvider } from '../../../sim/policy-api/cloud.ts';
import { instantiate, templateOf, type NodeTemplate } from '../simulation/templates.ts';
import type { NodePool } from './settings.ts';

export const NODE_POOL_LABEL = 'karpenter.sh/nodepool';
const CAPACITY_TYPE_LABEL = 'karpenter.sh/capacity-type';
const INSTANCE_TYPE_LABEL = 'node.kubernetes.io/instance-type';

/** An offering the cloud was out of is not tried again for so long. */
const UNAVAILABLE_FOR = 180_000_000;

/** An instance type in a zone, as nodes of a pool would have it. */
export interface Offering {
  readonly pool: NodePool;
  readonly type: CloudInstanceType;
  readonly zone: string;
  readonly price: number;
  readonly template: NodeTemplate;
  readonly allocatable: Resources;
  /** What the daemon pods of a new node take. */
  readonly overhead: readonly Resources[];
}

/** What can be had, and what the cloud was out of a short while ago. */
export class Offerings {
  readonly #cloud: CloudProvider;
  readonly #unavailable = new Map<string, number>();

  constructor(cloud: CloudProvider) {
    this.#cloud = cloud;
  }

  /** Of each pool, heaviest first, its offerings, cheapest first. */
  of(pools: readonly NodePool[], daemonSets: readonly DaemonSet[], now: number): ReadonlyMap<NodePool, Offering[]> {
    for (const [key, until] of this.#unavailable) if (until <= now) this.#unavailable.delete(key);
    const ordered = pools
      .map((pool, order) => ({ pool, order }))
      .sort((a, b) => b.pool.weight - a.pool.weight || a.order - b.order);
    return new Map(ordered.map(({ pool }) => [pool, this.#ofPool(pool, daemonSets)]));
  }

  ranOut({ type, zone }: Offering, now: number): void {
    this.#unavailable.set(`${type.name}/${zone}`, now + UNAVAILABLE_FOR);
  }

  /** When something that the cloud was out of is tried again; Infinity: it was out of nothing. */
  nextDue(now: number): number {
    return [...this.#unavailable.values()].reduce((least, at) => (at > now ? Math.min(least, at) : least), Infinity);
  }

  #ofPool(pool: NodePool, daemonSets: readonly DaemonSet[]): Offering[] {
    const matches = compileNodeSelectorTerm({ matchExpressions: pool.requirements });
    const found: Offering[] = [];
    for (const type of this.#cloud.instanceTypes()) {
      for (const zone of type.zones) {
        const node = nodeOf(pool, type, zone);
        const isAllowed = pool.requirements.length === 0 || matches(node);
        if (!isAllowed || this.#unavailable.has(`${type.name}/${zone}`)) continue;
        const template = templateOf(node, daemonSets);
        const overhead = instantiate(template, 'overhead').pods.map(podRequestsOnNode);
        const allocatable = resourcesOf(type.allocatable);
        found.push({ pool, type, zone, price: type.pricePerHour, template, allocatable, overhead });
      }
    }
    const order = new Map(found.map((one, i) => [one, i]));
    return found.sort((a, b) => a.price - b.price || order.get(a)! - order.get(b)!);
  }
}

/** A ready node of the pool; its name is nobody's. */
function nodeOf(pool: NodePool, type: CloudInstanceType, zone: string): Node {
  const { taints } = pool;
  return {
    kind: 'Node',
    metadata: {
      name: `${pool.name}-template`,
      namespace: '',
      uid: '',
      resourceVersion: 0,
      generation: 1,
      creationTimestamp: 0,
      labels: {
        ...type.labels,
        ...pool.labels,
        [NODE_POOL_LABEL]: pool.name,
        [CAPACITY_TYPE_LABEL]: 'on-demand',
        [INSTANCE_TYPE_LABEL]: type.name,
        [LABEL_ZONE]: zone,
        [LABEL_HOSTNAME]: `${pool.name}-template`,
      },
      annotations: NO_LABELS,
      ownerReferences: [],
      finalizers: [],
    },
    spec: taints.length === 0 ? {} : { taints },
    status: {
      capacity: type.capacity,
      allocatable: type.allocatable,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  };
}
