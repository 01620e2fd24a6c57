import { nonZeroRequests, podRequests, podRequestsOnNode } from '../../../sim/api/pod-requests.ts';
import type { Pod, PodAffinityTerm, PodSpec } from '../../../sim/api/pod.ts';
import type {
  AffinityTerm,
  HostPort,
  PodInfo,
  Resources,
  WeightedAffinityTerm,
} from '../../../sim/policy-api/scheduling.ts';
import { labelMatcher } from './label-match.ts';

/** What follows from a spec and a namespace: the same for all pods of a template. */
interface SpecFacts {
  readonly hostPorts: readonly HostPort[];
  readonly requiredAffinityTerms: readonly AffinityTerm[];
  readonly requiredAntiAffinityTerms: readonly AffinityTerm[];
  readonly preferredAffinityTerms: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinityTerms: readonly WeightedAffinityTerm[];
}

const NONE: readonly never[] = Object.freeze([]);

class PodFacts implements PodInfo {
  readonly pod: Pod;
  readonly requests: Resources;
  readonly specRequests: Resources;
  readonly nonZeroMilliCpu: number;
  readonly nonZeroMemoryBytes: number;
  readonly #facts: SpecFacts;

  constructor(pod: Pod) {
    const nonZero = nonZeroRequests(pod);
    this.pod = pod;
    this.requests = podRequestsOnNode(pod);
    this.specRequests = podRequests(pod);
    this.nonZeroMilliCpu = nonZero.milliCpu;
    this.nonZeroMemoryBytes = nonZero.memoryBytes;
    this.#facts = specFacts(pod.spec, pod.metadata.namespace);
  }

  get hostPorts(): readonly HostPort[] {
    return this.#facts.hostPorts;
  }
  get requiredAffinityTerms(): readonly AffinityTerm[] {
    return this.#facts.requiredAffinityTerms;
  }
  get requiredAntiAffinityTerms(): readonly AffinityTerm[] {
    return this.#facts.requiredAntiAffinityTerms;
  }
  get preferredAffinityTerms(): readonly WeightedAffinityTerm[] {
    return this.#facts.preferredAffinityTerms;
  }
  get preferredAntiAffinityTerms(): readonly WeightedAffinityTerm[] {
    return this.#facts.preferredAntiAffinityTerms;
  }
}

export function podInfoOf(pod: Pod): PodInfo {
  return new PodFacts(pod);
}

const factsBySpec = new WeakMap<PodSpec, Map<string, SpecFacts>>();

function specFacts(spec: PodSpec, namespace: string): SpecFacts {
  let byNamespace = factsBySpec.get(spec);
  if (byNamespace === undefined) factsBySpec.set(spec, (byNamespace = new Map()));
  let facts = byNamespace.get(namespace);
  if (facts === undefined) byNamespace.set(namespace, (facts = deriveFacts(spec, namespace)));
  return facts;
}

function deriveFacts(spec: PodSpec, namespace: string): SpecFacts {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const required = (term: PodAffinityTerm): AffinityTerm => affinityTerm(term, namespace);
  const preferred = (entry: { weight: number; podAffinityTerm: PodAffinityTerm }): WeightedAffinityTerm => ({
    ...affinityTerm(entry.podAffinityTerm, namespace),
    weight: entry.weight,
  });
  return {
    hostPorts: hostPortsOf(spec),
    requiredAffinityTerms: podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.map(required) ?? NONE,
    requiredAntiAffinityTerms: podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.map(required) ?? NONE,
    preferredAffinityTerms: podAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(preferred) ?? NONE,
    preferredAntiAffinityTerms:
      podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(preferred) ?? NONE,
  };
}

/** A term that names no namespaces at all means its owner's (semantics sheet 3.11). */
function affinityTerm(term: PodAffinityTerm, namespace: string): AffinityTerm {
  const named = term.namespaces ?? [];
  return {
    term,
    topologyKey: term.topologyKey,
    namespaces: new Set(named.length === 0 && term.namespaceSelector === undefined ? [namespace] : named),
    matchesLabels: labelMatcher(term.labelSelector),
    matchesNamespaceLabels: term.namespaceSelector === undefined ? undefined : labelMatcher(term.namespaceSelector),
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
