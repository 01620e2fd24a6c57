import type { Labels } from '../../../sim/api/meta.ts';
import { nonZeroRequests, podRequests, podRequestsOnNode } from '../../../sim/api/pod-requests.ts';
import type { Pod, PodAffinityTerm, PodSpec } from '../../../sim/api/pod.ts';
import type {
  AffinityTerm,
  HostPort,
  PodInfo,
  Resources,
  WeightedAffinityTerm,
} from '../../../sim/policy-api/scheduling.ts';
import type { LabelClass } from '../columns/pod-index.ts';
import { compileLabelSelector } from '../../../sim/api/label-selector.ts';

/** What follows from a spec and a namespace: the same object for all pods of a template. */
export interface SpecFacts {
  /** The first spec seen of those that say the same but for `nodeName`. */
  readonly spec: PodSpec;
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
  /** Programs of pods like these, of one profile. */
  owner: object | undefined;
  programs: unknown[];
}

const NONE: readonly never[] = Object.freeze([]);

/** The PodInfo of the framework: a pod beside what its template's pods share. */
export class PodFacts implements PodInfo {
  readonly pod: Pod;
  readonly facts: SpecFacts;
  readonly requests: Resources;
  readonly nonZeroMilliCpu: number;
  readonly nonZeroMemoryBytes: number;
  /** Remembered by the pod index of the columns: what its labels and namespace make it one of. */
  labelClass: LabelClass | undefined = undefined;
  /** Whether the pod is being deleted. */
  readonly isTerminating: boolean;

  /** `before` is what an earlier version of the same pod came to: an unchanged spec is not looked up again. */
  constructor(pod: Pod, before?: PodFacts) {
    const facts = before?.pod.spec === pod.spec ? before.facts : specFacts(pod.spec, pod.metadata.namespace);
    this.pod = pod;
    this.facts = facts;
    this.isTerminating = pod.metadata.deletionTimestamp !== undefined;
    if (before?.pod.metadata.labels === pod.metadata.labels) this.labelClass = before.labelClass;
    if (hasResourceStatus(pod)) {
      const nonZero = nonZeroRequests(pod);
      this.requests = podRequestsOnNode(pod);
      this.nonZeroMilliCpu = nonZero.milliCpu;
      this.nonZeroMemoryBytes = nonZero.memoryBytes;
    } else {
      this.requests = facts.requests;
      this.nonZeroMilliCpu = facts.nonZeroMilliCpu;
      this.nonZeroMemoryBytes = facts.nonZeroMemoryBytes;
    }
  }

  get specRequests(): Resources {
    return this.facts.requests;
  }
  get hostPorts(): readonly HostPort[] {
    return this.facts.hostPorts;
  }
  get requiredAffinityTerms(): readonly AffinityTerm[] {
    return this.facts.requiredAffinityTerms;
  }
  get requiredAntiAffinityTerms(): readonly AffinityTerm[] {
    return this.facts.requiredAntiAffinityTerms;
  }
  get preferredAffinityTerms(): readonly WeightedAffinityTerm[] {
    return this.facts.preferredAffinityTerms;
  }
  get preferredAntiAffinityTerms(): readonly WeightedAffinityTerm[] {
    return this.facts.preferredAntiAffinityTerms;
  }
}

export function podInfoOf(pod: Pod, before?: PodInfo): PodFacts {
  return new PodFacts(pod, before instanceof PodFacts ? before : undefined);
}

const factsBySpec = new WeakMap<PodSpec, SpecFacts[]>();
/**
 * Specs that came first, by the containers they share. What the pods of a DaemonSet or a StatefulSet have of their own,
 * their affinity or their host name, tells them apart without a look at every one.
 */
const specsByContainers = new WeakMap<PodSpec['containers'], Map<unknown, PodSpec[]>>();

function specFacts(spec: PodSpec, namespace: string): SpecFacts {
  let known = factsBySpec.get(spec);
  let first = spec;
  if (known === undefined) {
    first = firstLike(spec);
    known = factsBySpec.get(first);
    if (known === undefined) factsBySpec.set(first, (known = []));
  }
  for (const facts of known) if (facts.namespace === namespace) return facts;
  const facts = deriveFacts(first, namespace);
  known.push(facts);
  return facts;
}

/** Binding a pod gives it a spec of its own that shares everything with its template's: those are one here. */
function firstLike(spec: PodSpec): PodSpec {
  let byOwnPart = specsByContainers.get(spec.containers);
  if (byOwnPart === undefined) specsByContainers.set(spec.containers, (byOwnPart = new Map()));
  const ownPart = spec.hostname ?? spec.affinity;
  let candidates = byOwnPart.get(ownPart);
  if (candidates === undefined) byOwnPart.set(ownPart, (candidates = []));
  for (const candidate of candidates) if (isAlike(candidate, spec)) return candidate;
  candidates.push(spec);
  return spec;
}

/** By identity of every member; `nodeName` alone may differ, and a queued pod has none. */
function isAlike(a: PodSpec, b: PodSpec): boolean {
  const left = a as unknown as Record<string, unknown>;
  const right = b as unknown as Record<string, unknown>;
  for (const key of Object.keys(left)) if (left[key] !== right[key] && key !== 'nodeName') return false;
  for (const key of Object.keys(right)) if (right[key] !== left[key] && key !== 'nodeName') return false;
  return true;
}

function hasResourceStatus(pod: Pod): boolean {
  const { containerStatuses, initContainerStatuses, resources } = pod.status;
  if (resources !== undefined) return true;
  if (containerStatuses !== undefined)
    for (const one of containerStatuses) if (one.resources !== undefined) return true;
  if (initContainerStatuses !== undefined) {
    for (const one of initContainerStatuses) if (one.resources !== undefined) return true;
  }
  return false;
}

function deriveFacts(spec: PodSpec, namespace: string): SpecFacts {
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
    memo: { index: undefined, labels: undefined, labelClass: undefined, owner: undefined, programs: [] },
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
