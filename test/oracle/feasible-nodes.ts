/**
 * Where a pod may go, by definition: every question is asked anew about the whole cluster, one node at a time. Slow, plain
 * and independent of the scheduler's own code.
 */

export interface TermModel {
  readonly app: string;
  readonly key: string;
  /** `undefined`: the owner's own namespace. */
  readonly namespaces: readonly string[] | undefined;
}

export interface SpreadModel {
  readonly key: string;
  readonly maxSkew: number;
  readonly app: string;
  readonly minDomains: number;
  readonly honorsTaints: boolean;
  readonly honorsAffinity: boolean;
}

export interface PodModel {
  readonly name: string;
  readonly namespace: string;
  readonly app: string;
  readonly milliCpu: number;
  readonly mebibytes: number;
  readonly gpus: number;
  readonly hostPorts: readonly { readonly port: number; readonly ip: string; readonly udp: boolean }[];
  /** Keys of taints that are tolerated, whatever their value and effect; `*` tolerates all. */
  readonly tolerates: readonly string[];
  readonly disk: string | undefined;
  /** Alternatives: the node's zone must be in one of these lists. `undefined`: no such rule. */
  readonly zones: readonly (readonly string[])[] | undefined;
  readonly near: readonly TermModel[];
  readonly far: readonly TermModel[];
  readonly spread: readonly SpreadModel[];
  readonly isTerminating: boolean;
  /** The node it runs on; `undefined` for the pod that is asked about. */
  readonly node: string | undefined;
}

export interface NodeModel {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly milliCpu: number;
  readonly mebibytes: number;
  readonly gpus: number;
  readonly pods: number;
  readonly taints: readonly {
    readonly key: string;
    readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  }[];
  readonly isCordoned: boolean;
}

export interface ClusterModel {
  readonly nodes: readonly NodeModel[];
  readonly pods: readonly PodModel[];
}

export function mayRunOn(cluster: ClusterModel, pod: PodModel, node: NodeModel): boolean {
  const there = cluster.pods.filter((other) => other.node === node.name);
  return (
    hasRoom(pod, node, there) &&
    toleratesNode(pod, node) &&
    (!node.isCordoned || tolerates(pod, 'node.kubernetes.io/unschedulable')) &&
    isSelected(pod, node) &&
    portsAreFree(pod, there) &&
    isSpread(cluster, pod, node) &&
    isNear(cluster, pod, node) &&
    isFar(cluster, pod, node)
  );
}

function hasRoom(pod: PodModel, node: NodeModel, there: readonly PodModel[]): boolean {
  const sum = (amount: (one: PodModel) => number): number => there.reduce((total, one) => total + amount(one), 0);
  const fits = (amount: (one: PodModel) => number, capacity: number): boolean =>
    amount(pod) === 0 || sum(amount) + amount(pod) <= capacity;
  return (
    there.length + 1 <= node.pods &&
    fits((one) => one.milliCpu, node.milliCpu) &&
    fits((one) => one.mebibytes, node.mebibytes) &&
    fits((one) => one.gpus, node.gpus)
  );
}

function tolerates(pod: PodModel, key: string): boolean {
  return pod.tolerates.includes('*') || pod.tolerates.includes(key);
}

function toleratesNode(pod: PodModel, node: NodeModel): boolean {
  return node.taints.every(({ key, effect }) => effect === 'PreferNoSchedule' || tolerates(pod, key));
}

function isSelected(pod: PodModel, node: NodeModel): boolean {
  if (pod.disk !== undefined && node.labels['disk'] !== pod.disk) return false;
  return pod.zones === undefined || pod.zones.some((zones) => zones.some((zone) => node.labels['zone'] === zone));
}

function portsAreFree(pod: PodModel, there: readonly PodModel[]): boolean {
  for (const wanted of pod.hostPorts) {
    for (const used of there.flatMap((other) => other.hostPorts)) {
      const sameAddress = wanted.ip === used.ip || wanted.ip === '0.0.0.0' || used.ip === '0.0.0.0';
      if (wanted.port === used.port && wanted.udp === used.udp && sameAddress) return false;
    }
  }
  return true;
}

function isSpread(cluster: ClusterModel, pod: PodModel, node: NodeModel): boolean {
  return pod.spread.every((rule) => {
    if (node.labels[rule.key] === undefined) return false;
    const counted = cluster.nodes.filter(
      (one) =>
        pod.spread.every(({ key }) => one.labels[key] !== undefined) &&
        (!rule.honorsAffinity || isSelected(pod, one)) &&
        (!rule.honorsTaints || toleratesNode(pod, one)),
    );
    const podsIn = (domain: string): number =>
      counted
        .filter((one) => one.labels[rule.key] === domain)
        .reduce(
          (total, one) =>
            total +
            cluster.pods.filter(
              (other) =>
                other.node === one.name &&
                other.namespace === pod.namespace &&
                other.app === rule.app &&
                !other.isTerminating,
            ).length,
          0,
        );
    const domains = new Set(counted.map((one) => one.labels[rule.key]!));
    const least = domains.size < rule.minDomains ? 0 : Math.min(...[...domains].map(podsIn));
    const self = pod.app === rule.app ? 1 : 0;
    return podsIn(node.labels[rule.key]!) + self - least <= rule.maxSkew;
  });
}

function selects(term: TermModel, owner: PodModel, other: PodModel): boolean {
  return other.app === term.app && (term.namespaces ?? [owner.namespace]).includes(other.namespace);
}

/** Whether two nodes are in one domain. */
function together(cluster: ClusterModel, nodeName: string | undefined, node: NodeModel, key: string): boolean {
  const other = cluster.nodes.find(({ name }) => name === nodeName);
  const value = other?.labels[key];
  return value !== undefined && value === node.labels[key];
}

function isNear(cluster: ClusterModel, pod: PodModel, node: NodeModel): boolean {
  if (pod.near.length === 0) return true;
  if (pod.near.some(({ key }) => node.labels[key] === undefined)) return false;
  const friends = cluster.pods.filter((other) => pod.near.every((term) => selects(term, pod, other)));
  if (pod.near.every(({ key }) => friends.some((other) => together(cluster, other.node, node, key)))) return true;
  // The first of its group: nobody it could be near to is in any domain of its keys.
  const isAlone = friends.every((other) =>
    pod.near.every(({ key }) => cluster.nodes.every((one) => one.name !== other.node || one.labels[key] === undefined)),
  );
  return isAlone && pod.near.every((term) => selects(term, pod, pod));
}

function isFar(cluster: ClusterModel, pod: PodModel, node: NodeModel): boolean {
  const placed = cluster.pods;
  const hates = (owner: PodModel, term: TermModel, other: PodModel, where: string | undefined): boolean =>
    selects(term, owner, other) && together(cluster, where, node, term.key);
  return (
    !placed.some((other) => pod.far.some((term) => hates(pod, term, other, other.node))) &&
    !placed.some((other) => other.far.some((term) => hates(other, term, pod, other.node)))
  );
}
