import type { ApiObject } from '../../api/kinds.ts';
import type { PodSpec } from '../../api/pod.ts';

/** Node labels that still work and that the API server warns of, and what has taken their place. */
const DEPRECATED_LABELS: Readonly<Record<string, { readonly since: string; readonly instead: string }>> = {
  'beta.kubernetes.io/arch': { since: 'v1.14', instead: 'kubernetes.io/arch' },
  'beta.kubernetes.io/os': { since: 'v1.14', instead: 'kubernetes.io/os' },
  'failure-domain.beta.kubernetes.io/region': { since: 'v1.17', instead: 'topology.kubernetes.io/region' },
  'failure-domain.beta.kubernetes.io/zone': { since: 'v1.17', instead: 'topology.kubernetes.io/zone' },
  'beta.kubernetes.io/instance-type': { since: 'v1.17', instead: 'node.kubernetes.io/instance-type' },
};

/** What the API server remarks on an object that it accepts. */
export function warningsAbout(object: ApiObject): string[] {
  const found = podSpecIn(object);
  if (found === undefined) return [];
  const { path, spec } = found;
  return Object.keys(spec.nodeSelector ?? {}).flatMap((label) => {
    const deprecated = DEPRECATED_LABELS[label];
    if (deprecated === undefined) return [];
    return [
      `${path}.nodeSelector[${label}]: deprecated since ${deprecated.since}; use "${deprecated.instead}" instead`,
    ];
  });
}

function podSpecIn(object: ApiObject): { readonly path: string; readonly spec: PodSpec } | undefined {
  switch (object.kind) {
    case 'Pod':
      return { path: 'spec', spec: object.spec };
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
      return { path: 'spec.template.spec', spec: object.spec.template.spec };
    default:
      return undefined;
  }
}
