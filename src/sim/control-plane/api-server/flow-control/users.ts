import type { User } from './flow-schema.ts';

const AUTHENTICATED = 'system:authenticated';
const KUBELET = 'kubelet/';
/** Components that run as pods, with the service accounts of their names. */
const ADD_ONS: ReadonlySet<string> = new Set(['cloud-controller-manager', 'cluster-autoscaler', 'karpenter']);

/** What the world does to a cluster comes from its administrators. */
const ADMINISTRATOR: User = { name: 'kubernetes-admin', groups: ['system:masters', AUTHENTICATED] };

/** Kubelets whose heartbeats are one client. */
const ALL_NODES: User = { name: 'system:nodes', groups: ['system:nodes', AUTHENTICATED] };

/** A user by his name, with the groups that follow from it: those of service accounts and of nodes. */
export function userNamed(name: string): User {
  const [system, kind, namespace] = name.split(':');
  if (system === 'system' && kind === 'serviceaccount') {
    return { name, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace ?? ''}`, AUTHENTICATED] };
  }
  if (system === 'system' && kind === 'node') return { name, groups: ['system:nodes', AUTHENTICATED] };
  return { name, groups: [AUTHENTICATED] };
}

/**
 * As whom a component of the simulation is known: kubelets, controller managers and schedulers by their certificates.
 * Everybody else, such as kubectl and the arrivals of a workload, is an administrator and never waits.
 *
 * @param process whose connection it uses
 */
export function userOf(process: string): User {
  if (process.startsWith(KUBELET)) return userNamed(`system:node:${process.slice(KUBELET.length)}`);
  if (process === 'kubelet-heartbeats') return ALL_NODES;
  if (/^(?:kube-)?controller-manager/.test(process)) return userNamed('system:kube-controller-manager');
  if (/^(?:kube-)?scheduler/.test(process)) return userNamed('system:kube-scheduler');
  if (ADD_ONS.has(process)) return userNamed(`system:serviceaccount:kube-system:${process}`);
  return ADMINISTRATOR;
}
