import type { Container, ContainerStatus, Pod, PodSpec, ResourceList, ResourceRequirements } from './pod.ts';
import { bytesOf, formatQuantity, milliCpuOf, milliOfNano, quantityOf, unitsOfNano } from './quantity.ts';

/** Amounts in the units kube-scheduler computes in: thousandths of a CPU, bytes, and whole units of anything else. */
export interface Resources {
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  /** How many pods a node takes. A pod requests none: pods are counted, not summed. */
  readonly pods: number;
  /** Extended resources and huge pages, by name. Shared and empty when there are none. */
  readonly scalar: ReadonlyMap<string, number>;
}

/** What scoring counts for a container that requests no CPU or no memory at all. */
export const DEFAULT_MILLI_CPU = 100;
export const DEFAULT_MEMORY_BYTES = 200 * 1024 * 1024;

/** Exact amounts in billionths by resource name: sums and maxima are taken before anything is rounded. */
type Amounts = Map<string, bigint>;

const NO_SCALARS: ReadonlyMap<string, number> = new Map();
const NO_RESOURCES: Resources = Object.freeze({
  milliCpu: 0,
  memoryBytes: 0,
  ephemeralStorageBytes: 0,
  pods: 0,
  scalar: NO_SCALARS,
});

/** Whether the scheduler counts a resource of this name besides cpu, memory, ephemeral-storage and pods. */
export function isScalarResource(name: string): boolean {
  return (
    isExtendedResource(name) ||
    name.startsWith('hugepages-') ||
    name.includes('kubernetes.io/') ||
    name.startsWith('attachable-volumes-')
  );
}

/** Whether a name is of a resource that some device plugin or administrator made up. */
export function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}

const listed = new WeakMap<ResourceList, Resources>();

/** A resource list, e.g. a node's allocatable, in numbers; every amount rounded up. Derived once a list. */
export function resourcesOf(list: ResourceList): Resources {
  const known = listed.get(list);
  if (known !== undefined) return known;
  let milliCpu = 0;
  let memoryBytes = 0;
  let ephemeralStorageBytes = 0;
  let pods = 0;
  let scalar: Map<string, number> | undefined;
  for (const name of Object.keys(list)) {
    const text = list[name] ?? '0';
    if (name === 'cpu') milliCpu = milliCpuOf(text);
    else if (name === 'memory') memoryBytes = bytesOf(text);
    else if (name === 'ephemeral-storage') ephemeralStorageBytes = bytesOf(text);
    else if (name === 'pods') pods = bytesOf(text);
    else if (isScalarResource(name)) (scalar ??= new Map()).set(name, bytesOf(text));
  }
  const resources: Resources = {
    milliCpu,
    memoryBytes,
    ephemeralStorageBytes,
    pods,
    scalar: scalar === undefined ? NO_SCALARS : sorted(scalar),
  };
  listed.set(list, resources);
  return resources;
}

/** By name, so that the order in which an author wrote a map never shows. */
function sorted(scalar: Map<string, number>): Map<string, number> {
  if (scalar.size < 2) return scalar;
  return new Map([...scalar].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function resourcesOfAmounts(amounts: Amounts): Resources {
  let scalar: Map<string, number> | undefined;
  for (const [name, nano] of amounts) {
    if (isScalarResource(name)) (scalar ??= new Map()).set(name, unitsOfNano(nano));
  }
  return {
    milliCpu: milliOfNano(amounts.get('cpu') ?? 0n),
    memoryBytes: unitsOfNano(amounts.get('memory') ?? 0n),
    ephemeralStorageBytes: unitsOfNano(amounts.get('ephemeral-storage') ?? 0n),
    pods: 0,
    scalar: scalar === undefined ? NO_SCALARS : sorted(scalar),
  };
}

function add(total: Amounts, list: Amounts): void {
  for (const [name, nano] of list) total.set(name, (total.get(name) ?? 0n) + nano);
}

function raise(total: Amounts, list: Amounts): void {
  for (const [name, nano] of list) {
    const before = total.get(name);
    if (before === undefined || before < nano) total.set(name, nano);
  }
}

function amountsOf(list: ResourceList | undefined): Amounts {
  const amounts: Amounts = new Map();
  if (list !== undefined) {
    for (const name of Object.keys(list)) amounts.set(name, quantityOf(list[name] ?? '0').nano);
  }
  return amounts;
}

/** Which of a container's two lists is summed. Limits are never filled and never looked up in the status. */
interface Question {
  readonly which: 'requests' | 'limits';
  /** The pod whose status has a say (in-place resize); absent: the spec alone. */
  readonly pod?: Pod | undefined;
  /** Filled in per container for every name that the container's list does not have. */
  readonly missing?: Amounts | undefined;
}

/** A resize that the node will never admit: what was asked for in the spec does not count. */
function isResizeInfeasible(pod: Pod): boolean {
  return pod.status.conditions.some(
    (condition) => condition.type === 'PodResizePending' && condition.reason === 'Infeasible',
  );
}

/** Of what is asked for, what the node has allocated and what is in force, the most: a resize in flight needs either. */
function resized(
  pod: Pod,
  spec: ResourceList | undefined,
  actual: ResourceRequirements,
  allocated: ResourceList | undefined,
): Amounts {
  const amounts = isResizeInfeasible(pod) ? new Map<string, bigint>() : amountsOf(spec);
  raise(amounts, amountsOf(actual.requests));
  raise(amounts, amountsOf(allocated));
  return amounts;
}

function statusOf(statuses: readonly ContainerStatus[] | undefined, name: string): ContainerStatus | undefined {
  return statuses?.find((status) => status.name === name);
}

function containerAmounts(container: Container, status: ContainerStatus | undefined, question: Question): Amounts {
  const list = container.resources?.[question.which];
  const amounts =
    question.pod !== undefined && status?.resources !== undefined
      ? resized(question.pod, list, status.resources, status.allocatedResources)
      : amountsOf(list);
  if (question.missing !== undefined) {
    for (const [name, nano] of question.missing) if (!amounts.has(name)) amounts.set(name, nano);
  }
  return amounts;
}

/**
 * What the containers of a pod need at once (kube-scheduler-semantics.md 3.0.3): all that run together, or the init
 * container that needs the most beside the sidecars started before it.
 */
function aggregate(spec: PodSpec, question: Question): Amounts {
  const sum: Amounts = new Map();
  for (const container of spec.containers) {
    add(sum, containerAmounts(container, statusOf(question.pod?.status.containerStatuses, container.name), question));
  }
  if (spec.initContainers === undefined || spec.initContainers.length === 0) return sum;
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of spec.initContainers) {
    const isSidecar = container.restartPolicy === 'Always';
    const status = isSidecar ? statusOf(question.pod?.status.initContainerStatuses, container.name) : undefined;
    const amounts = containerAmounts(container, status, question);
    if (isSidecar) {
      add(sum, amounts);
      add(sidecars, amounts);
      raise(peak, sidecars);
    } else {
      add(amounts, sidecars);
      raise(peak, amounts);
    }
  }
  raise(sum, peak);
  return sum;
}

/** The resources that may be set for a pod as a whole. */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function hasPodLevel(spec: PodSpec, which: 'requests' | 'limits'): boolean {
  const list = spec.resources?.[which];
  return list !== undefined && Object.keys(list).some(isPodLevelResource);
}

function total(spec: PodSpec, question: Question): Amounts {
  const amounts = aggregate(spec, question);
  if (hasPodLevel(spec, question.which)) {
    const status = question.pod?.status;
    const level =
      question.pod !== undefined && status?.resources !== undefined
        ? resized(question.pod, spec.resources?.requests, status.resources, status.allocatedResources)
        : amountsOf(spec.resources?.[question.which]);
    for (const [name, nano] of level) if (isPodLevelResource(name)) amounts.set(name, nano);
  }
  if (spec.overhead !== undefined) add(amounts, amountsOf(spec.overhead));
  return amounts;
}

/** Derived once a spec, which all pods of a template share. */
const requested = new WeakMap<PodSpec, Resources>();

function isPlain(spec: PodSpec): boolean {
  return (
    spec.containers.length === 1 &&
    (spec.initContainers === undefined || spec.initContainers.length === 0) &&
    spec.overhead === undefined &&
    spec.resources === undefined
  );
}

/** What a pod requests by its spec alone: how the scheduler sizes a pod that it is about to place. */
export function podRequests(pod: { readonly spec: PodSpec }): Resources {
  const { spec } = pod;
  // Pods with a node have a spec of their own each, but share the lists in it: nothing need be kept for every pod.
  if (isPlain(spec)) {
    const list = spec.containers[0]!.resources?.requests;
    const plain = list === undefined ? NO_RESOURCES : resourcesOf(list);
    if (plain.pods === 0) return plain;
  }
  let resources = requested.get(spec);
  if (resources === undefined) {
    resources = resourcesOfAmounts(total(spec, { which: 'requests' }));
    requested.set(spec, resources);
  }
  return resources;
}

/** Whether the status names resources, as the kubelet reports them: only then can it differ from the spec. */
export function hasStatusResources(pod: Pod): boolean {
  const { status } = pod;
  return (
    status.resources !== undefined ||
    status.containerStatuses?.some((container) => container.resources !== undefined) === true ||
    status.initContainerStatuses?.some((container) => container.resources !== undefined) === true
  );
}

const requestedOnNode = new WeakMap<Pod, Resources>();

/** What a pod that has a node counts for there: with a resize in flight, the most of what is asked, allocated and in force. */
export function podRequestsOnNode(pod: Pod): Resources {
  if (!hasStatusResources(pod)) return podRequests(pod);
  let resources = requestedOnNode.get(pod);
  if (resources === undefined) {
    resources = resourcesOfAmounts(total(pod.spec, { which: 'requests', pod }));
    requestedOnNode.set(pod, resources);
  }
  return resources;
}

export interface NonZeroRequests {
  readonly milliCpu: number;
  readonly memoryBytes: number;
}

const DEFAULTS: readonly (readonly [string, bigint])[] = [
  ['cpu', BigInt(DEFAULT_MILLI_CPU) * 1_000_000n],
  ['memory', BigInt(DEFAULT_MEMORY_BYTES) * 1_000_000_000n],
];

const scored = new WeakMap<PodSpec, NonZeroRequests>();
const scoredOnNode = new WeakMap<Pod, NonZeroRequests>();

/**
 * What scoring counts: every container without a request for CPU or memory stands for 100m or 200Mi, an explicit zero
 * stays zero (kube-scheduler-semantics.md 3.0.4). The status has its say as in `podRequestsOnNode`.
 */
export function nonZeroRequests(pod: Pod): NonZeroRequests {
  if (!hasStatusResources(pod)) {
    let known = scored.get(pod.spec);
    if (known === undefined) scored.set(pod.spec, (known = nonZeroOf(pod.spec, undefined)));
    return known;
  }
  let known = scoredOnNode.get(pod);
  if (known === undefined) scoredOnNode.set(pod, (known = nonZeroOf(pod.spec, pod)));
  return known;
}

function nonZeroOf(spec: PodSpec, pod: Pod | undefined): NonZeroRequests {
  if (pod === undefined && isPlain(spec)) {
    const list = spec.containers[0]?.resources?.requests;
    const cpu = list?.['cpu'];
    const memory = list?.['memory'];
    return {
      milliCpu: cpu === undefined ? DEFAULT_MILLI_CPU : milliCpuOf(cpu),
      memoryBytes: memory === undefined ? DEFAULT_MEMORY_BYTES : bytesOf(memory),
    };
  }
  let missing: Amounts = new Map(DEFAULTS);
  if (hasPodLevel(spec, 'requests')) {
    const plain = total(spec, { which: 'requests', pod });
    missing = new Map(DEFAULTS.filter(([name]) => !plain.has(name)));
  }
  const amounts = total(spec, { which: 'requests', pod, missing });
  return {
    milliCpu: milliOfNano(amounts.get('cpu') ?? 0n),
    memoryBytes: unitsOfNano(amounts.get('memory') ?? 0n),
  };
}

const limited = new WeakMap<PodSpec, Resources>();

/** The sum of a pod's limits, by the same rule as its requests. A resource that no container limits counts 0. */
export function podLimits(pod: { readonly spec: PodSpec }): Resources {
  let resources = limited.get(pod.spec);
  if (resources === undefined) {
    resources = resourcesOfAmounts(total(pod.spec, { which: 'limits' }));
    limited.set(pod.spec, resources);
  }
  return resources;
}

const scoredByContainers = new WeakMap<PodSpec, Resources>();

/**
 * What NodeResourcesFit's scores count for the pod that is about to be placed: its containers with the fill of
 * `nonZeroRequests`, and its overhead. Requests of the pod as a whole are not looked at (kube-scheduler-semantics.md
 * 3.8, the quirk of 1.35 and 1.36).
 */
export function containerRequestsForScoring(pod: { readonly spec: PodSpec }): Resources {
  const { spec } = pod;
  let resources = scoredByContainers.get(spec);
  if (resources === undefined) {
    const amounts = aggregate(spec, { which: 'requests', missing: new Map(DEFAULTS) });
    if (spec.overhead !== undefined) add(amounts, amountsOf(spec.overhead));
    resources = resourcesOfAmounts(amounts);
    scoredByContainers.set(spec, resources);
  }
  return resources;
}

/**
 * What the containers of a pod request or limit together, as a list: what is set for the pod as a whole and its
 * overhead stay out of it. Amounts are written in the family of suffixes of the first container that names the resource.
 */
export function containerTotals(spec: PodSpec, which: 'requests' | 'limits'): ResourceList {
  return listOf(aggregate(spec, { which }), spec, which);
}

/** What a pod requests or is limited to in all, as a list, with what is set for it as a whole and its overhead. */
export function podTotals(pod: Pod, which: 'requests' | 'limits'): ResourceList {
  return listOf(total(pod.spec, { which, pod }), pod.spec, which);
}

function listOf(totals: Amounts, spec: PodSpec, which: 'requests' | 'limits'): ResourceList {
  const list = Object.create(null) as Record<string, string>;
  const all: readonly Container[] = [...spec.containers, ...(spec.initContainers ?? [])];
  for (const name of [...totals.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const first = all.find((container) => container.resources?.[which]?.[name] !== undefined);
    const { format } = quantityOf(first?.resources?.[which]?.[name] ?? '0');
    list[name] = formatQuantity({ nano: totals.get(name) ?? 0n, format });
  }
  return list;
}
