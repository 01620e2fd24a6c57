import type { Node } from '../api/node.ts';
import type { ContainerPort, Pod, PodSpec } from '../api/pod.ts';
import { compileRequiredNodeAffinity } from '../api/node-selector.ts';
import { podRequests, resourcesOf, type Resources } from '../api/pod-requests.ts';
import { untoleratedTaint } from '../api/taints.ts';

/** Why a kubelet refuses a pod; the words are those of the real one (kubernetes-behaviour.md 4.2). */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** What the active pods of a node have taken: requests, places and host ports. */
export class NodeUsage {
  milliCpu = 0;
  memoryBytes = 0;
  ephemeralStorageBytes = 0;
  pods = 0;
  readonly scalar = new Map<string, number>();
  readonly hostPorts: ContainerPort[] = [];

  charge(pod: Pod): void {
    this.#add(podRequests(pod), 1);
    forEachHostPort(pod.spec, (port) => this.hostPorts.push(port));
  }

  discharge(pod: Pod): void {
    this.#add(podRequests(pod), -1);
    forEachHostPort(pod.spec, (port) => {
      const index = this.hostPorts.indexOf(port);
      if (index >= 0) this.hostPorts.splice(index, 1);
    });
  }

  #add(requests: Resources, sign: 1 | -1): void {
    this.pods += sign;
    this.milliCpu += sign * requests.milliCpu;
    this.memoryBytes += sign * requests.memoryBytes;
    this.ephemeralStorageBytes += sign * requests.ephemeralStorageBytes;
    for (const [name, amount] of requests.scalar) {
      this.scalar.set(name, (this.scalar.get(name) ?? 0) + sign * amount);
    }
  }
}

/**
 * The kubelet's own check of a pod that was bound to its node (4.2): resources, node affinity, host ports, NoExecute
 * taints, operating system. The first reason counts; undefined: the pod is admitted.
 */
export function refusalOf(pod: Pod, node: Node, usage: NodeUsage): Refusal | undefined {
  return (
    lackOf(podRequests(pod), resourcesOf(node.status.allocatable), usage) ??
    wrongNode(pod.spec, node) ??
    portClash(pod.spec, usage) ??
    untolerated(pod.spec, node) ??
    wrongOs(pod.spec, node)
  );
}

/** The first resource that is short: places, CPU, memory, ephemeral storage, then what only some nodes advertise. */
function lackOf(requests: Resources, allocatable: Resources, usage: NodeUsage): Refusal | undefined {
  if (usage.pods + 1 > allocatable.pods) return outOf('pods', 1, usage.pods, allocatable.pods);
  const { milliCpu, memoryBytes, ephemeralStorageBytes } = requests;
  if (milliCpu > 0 && usage.milliCpu + milliCpu > allocatable.milliCpu) {
    return outOf('cpu', milliCpu, usage.milliCpu, allocatable.milliCpu);
  }
  if (memoryBytes > 0 && usage.memoryBytes + memoryBytes > allocatable.memoryBytes) {
    return outOf('memory', memoryBytes, usage.memoryBytes, allocatable.memoryBytes);
  }
  if (
    ephemeralStorageBytes > 0 &&
    usage.ephemeralStorageBytes + ephemeralStorageBytes > allocatable.ephemeralStorageBytes
  ) {
    return outOf(
      'ephemeral-storage',
      ephemeralStorageBytes,
      usage.ephemeralStorageBytes,
      allocatable.ephemeralStorageBytes,
    );
  }
  for (const [name, amount] of requests.scalar) {
    const capacity = allocatable.scalar.get(name);
    const used = usage.scalar.get(name) ?? 0;
    // A resource the node has never heard of is nobody's business here [REC].
    if (capacity !== undefined && amount > 0 && used + amount > capacity) return outOf(name, amount, used, capacity);
  }
  return undefined;
}

function outOf(resource: string, requested: number, used: number, capacity: number): Refusal {
  return {
    reason: 'OutOf' + resource,
    message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

function forEachHostPort(spec: PodSpec, visit: (port: ContainerPort) => void): void {
  for (const container of spec.containers) {
    if (container.ports === undefined) continue;
    for (const port of container.ports) if ((port.hostPort ?? 0) > 0) visit(port);
  }
}

function portClash(spec: PodSpec, usage: NodeUsage): Refusal | undefined {
  let clash = false;
  forEachHostPort(spec, (port) => {
    clash ||= usage.hostPorts.some((taken) => portsClash(port, taken));
  });
  if (!clash) return undefined;
  return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports");
}

function portsClash(a: ContainerPort, b: ContainerPort): boolean {
  if (a.hostPort !== b.hostPort || (a.protocol ?? 'TCP') !== (b.protocol ?? 'TCP')) return false;
  return isAnyAddress(a.hostIP) || isAnyAddress(b.hostIP) || a.hostIP === b.hostIP;
}

function isAnyAddress(hostIP: string | undefined): boolean {
  return hostIP === undefined || hostIP === '' || hostIP === '0.0.0.0';
}

function wrongNode(spec: PodSpec, node: Node): Refusal | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (spec.nodeSelector === undefined && required === undefined) return undefined;
  if (compileRequiredNodeAffinity(spec)(node)) return undefined;
  return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
}

function untolerated(spec: PodSpec, node: Node): Refusal | undefined {
  if (untoleratedTaint(node.spec.taints, spec.tolerations, ['NoExecute']) === undefined) return undefined;
  return failed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
}

const OS_LABEL = 'kubernetes.io/os';

function wrongOs(spec: PodSpec, node: Node): Refusal | undefined {
  if (spec.os === undefined || spec.os.name === (node.metadata.labels[OS_LABEL] ?? 'linux')) return undefined;
  return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
}

function failed(predicate: string, why: string): Refusal {
  return { reason: predicate, message: `Predicate ${predicate} failed: ${why}` };
}
