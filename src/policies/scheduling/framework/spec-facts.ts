import type { Labels } from '../../../sim/api/meta.ts';
import { nonZeroRequests, podRequests } from '../../../sim/api/pod-requests.ts';
import type { Pod, PodAffinityTerm, PodSpec } from '../../../sim/api/pod.ts';
import type { AffinityTerm, HostPort, Resources, WeightedAffinityTerm } from '../../../sim/policy-api/scheduling.ts';
import type { LabelClass } from '../columns/pod-index.ts';
import { compileLabelSelector } from '../../../sim/api/label-selector.ts';
import type { SchedulingSpec } from './scheduling-text.ts';

/** What follows from a spec and a namespace: the same object for all pods that are one to the scheduler (`SpecTable`). */
export interface SpecFacts {
  /** The first spec seen of those that say the same to the scheduler. */
  readonly spec: SchedulingSpec;
  readonly namespace: string;
  readonly requests: Resources;
  readonly nonZeroMilliCpu: number;
  readonly nonZeroMemoryBytes: number;
  readonly hostPorts: readonly HostPort[];
  readonly requiredAffinityTerms: readonly AffinityTerm[];
  readonly requiredAntiAffinityTerms: readonly AffinityTerm[];
  readonly preferredAffinityTerms: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinityTerms: readonly WeightedAffinityTerm[];
  /** Whether there is any of the four kinds of term. */
  readonly carriesTerms: boolean;
  /** Whether the pod has podAffinity or podAntiAffinity at all, were it empty. */
  readonly hasPodAffinity: boolean;
  readonly priority: number;
  readonly hasVolumes: boolean;
  /** What the columns remember of pods like these. */
  readonly memo: FactsMemo;
}

/**
 * Kept where it is found without a search. Templates outlive a scheduler, and several runs may share them: whoever reads
 * an entry checks that it is its own, and else takes it over.
 */
export interface FactsMemo {
  /** The last label object seen, and its class in an index. */
  index: object | undefined;
  labels: Labels | undefined;
  labelClass: LabelClass | undefined;
  /** Programs of pods like these, of one profile, by what their labels make them one of. */
  owner: object | undefined;
  programs: ReadonlyMap<LabelClass, unknown>;
}

const NONE: readonly never[] = Object.freeze([]);
const NO_PROGRAMS: ReadonlyMap<LabelClass, unknown> = new Map();

/** Everything the scheduler wants to know of a spec, once for all pods of a template. */
export function deriveFacts(spec: PodSpec, namespace: string): SpecFacts {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const required = (term: PodAffinityTerm): AffinityTerm => affinityTerm(term, namespace);
  const preferred = (entry: { weight: number; podAffinityTerm: PodAffinityTerm }): WeightedAffinityTerm => ({
    ...affinityTerm(entry.podAffinityTerm, namespace),
    weight: entry.weight,
  });
  const nonZero = nonZeroRequests({ spec, status: NO_STATUS } as Pod);
  const terms = {
    requiredAffinityTerms: podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.map(required) ?? NONE,
    requiredAntiAffinityTerms: podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.map(required) ?? NONE,
    preferredAffinityTerms: podAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(preferred) ?? NONE,
    preferredAntiAffinityTerms:
      podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(preferred) ?? NONE,
  };
  return {
    spec,
    namespace,
    requests: podRequests({ spec }),
    nonZeroMilliCpu: nonZero.milliCpu,
    nonZeroMemoryBytes: nonZero.memoryBytes,
    hostPorts: hostPortsOf(spec),
    ...terms,
    carriesTerms: Object.values(terms).some((list) => list.length > 0),
    hasPodAffinity: podAffinity !== undefined || podAntiAffinity !== undefined,
    priority: spec.priority ?? 0,
    hasVolumes: spec.volumes !== undefined,
    memo: { index: undefined, labels: undefined, labelClass: undefined, owner: undefined, programs: NO_PROGRAMS },
  };
}

const NO_STATUS: Pod['status'] = { phase: 'Pending', conditions: [] };

/** A term that names no namespaces at all means its owner's (semantics sheet 3.11). */
function affinityTerm(term: PodAffinityTerm, namespace: string): AffinityTerm {
  const named = term.namespaces ?? [];
  return {
    term,
    topologyKey: term.topologyKey,
    namespaces: new Set(named.length === 0 && term.namespaceSelector === undefined ? [namespace] : named),
    matchesLabels: compileLabelSelector(term.labelSelector),
    matchesNamespaceLabels:
      term.namespaceSelector === undefined ? undefined : compileLabelSelector(term.namespaceSelector),
  };
}

/** Host ports of app containers and sidecars, with the defaults of address and protocol. */
function hostPortsOf(spec: PodSpec): readonly HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = (spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  for (const container of [...sidecars, ...spec.containers]) {
    for (const port of container.ports ?? []) {
      if (port.hostPort === undefined || port.hostPort <= 0) continue;
      ports.push({ ip: port.hostIP || '0.0.0.0', protocol: port.protocol ?? 'TCP', port: port.hostPort });
    }
  }
  return ports.length === 0 ? NONE : ports;
}
