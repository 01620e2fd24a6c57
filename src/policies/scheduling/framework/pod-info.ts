import { nonZeroRequests, podRequestsOnNode } from '../../../sim/api/pod-requests.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type {
  AffinityTerm,
  HostPort,
  PodInfo,
  Resources,
  WeightedAffinityTerm,
} from '../../../sim/policy-api/scheduling.ts';
import type { LabelClass } from '../columns/pod-index.ts';
import type { SpecFacts } from './spec-facts.ts';
import { SpecTable } from './spec-table.ts';

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
  constructor(pod: Pod, before: PodFacts | undefined, table: SpecTable) {
    const facts = before?.pod.spec === pod.spec ? before.facts : table.factsOf(pod.spec, pod.metadata.namespace);
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

/** Facts of pods that no scheduler keeps. */
const ofNobody = new SpecTable(0);

/** `table` is that of the scheduler that keeps the pod. */
export function podInfoOf(pod: Pod, before?: PodInfo, table: SpecTable = ofNobody): PodFacts {
  return new PodFacts(pod, before instanceof PodFacts ? before : undefined, table);
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
