import { sameData } from '../../../sim/api/equality.ts';
import type { PodSpec, Toleration } from '../../../sim/api/pod.ts';

function tolerationOf(key: string, effect: 'NoExecute' | 'NoSchedule'): Toleration {
  return { key, operator: 'Exists', effect };
}

/** What every daemon pod bears: it belongs to its node, in good times and bad (kubernetes-behaviour.md 3.4). */
const OF_EVERY_DAEMON: readonly Toleration[] = [
  tolerationOf('node.kubernetes.io/not-ready', 'NoExecute'),
  tolerationOf('node.kubernetes.io/unreachable', 'NoExecute'),
  tolerationOf('node.kubernetes.io/disk-pressure', 'NoSchedule'),
  tolerationOf('node.kubernetes.io/memory-pressure', 'NoSchedule'),
  tolerationOf('node.kubernetes.io/pid-pressure', 'NoSchedule'),
  tolerationOf('node.kubernetes.io/unschedulable', 'NoSchedule'),
];
const ON_THE_NODES_NETWORK = tolerationOf('node.kubernetes.io/network-unavailable', 'NoSchedule');

/** The tolerations of a pod of this template. One that says the same for a limited time is replaced. */
export function daemonTolerations(spec: PodSpec): readonly Toleration[] {
  const more = spec.hostNetwork === true ? [...OF_EVERY_DAEMON, ON_THE_NODES_NETWORK] : OF_EVERY_DAEMON;
  return more.reduce(withToleration, spec.tolerations ?? []);
}

function withToleration(given: readonly Toleration[], wanted: Toleration): readonly Toleration[] {
  const matches = (one: Toleration): boolean =>
    one.key === wanted.key &&
    one.effect === wanted.effect &&
    (one.operator ?? 'Equal') === wanted.operator &&
    (one.value ?? '') === '';
  if (given.some((one) => matches(one) && sameData(one, wanted))) return given;
  return given.some(matches) ? given.map((one) => (matches(one) ? wanted : one)) : [...given, wanted];
}
