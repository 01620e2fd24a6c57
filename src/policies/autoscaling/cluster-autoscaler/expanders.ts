import { resourcesOf } from '../../../sim/api/pod-requests.ts';
import type { CloudNodeGroup } from '../../../sim/policy-api/cloud.ts';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import type { ClusterAutoscalerSettings, ExpanderName } from './settings.ts';
import type { NodeTemplate } from '../simulation/templates.ts';

/** One way to help some of the pods that wait. */
export interface ExpansionOption {
  readonly group: CloudNodeGroup;
  readonly nodeCount: number;
  readonly pods: readonly PodInfo[];
  readonly template: NodeTemplate;
}

export interface ExpanderSettings extends Pick<ClusterAutoscalerSettings, 'expander' | 'priorities'> {
  /** Of the cluster; the expander `price` prefers larger nodes in larger clusters. */
  readonly nodeCount: number;
}

type Filter = (options: readonly ExpansionOption[], settings: ExpanderSettings) => readonly ExpansionOption[];

/** Each expander narrows the options down; of those left one is drawn by lot. */
export function bestOption(
  options: readonly ExpansionOption[],
  settings: ExpanderSettings,
  random: () => number,
): ExpansionOption | undefined {
  let left = options;
  for (const name of settings.expander) {
    left = FILTERS[name](left, settings);
    if (left.length <= 1) return left[0];
  }
  return left.length <= 1 ? left[0] : left[Math.floor(random() * left.length)];
}

/** Those with the lowest score. */
function least(options: readonly ExpansionOption[], score: (option: ExpansionOption) => number): ExpansionOption[] {
  let best: ExpansionOption[] = [];
  let lowest = Infinity;
  for (const option of options) {
    const value = score(option);
    if (value < lowest) {
      lowest = value;
      best = [];
    }
    if (value === lowest) best.push(option);
  }
  return best;
}

/** The share of CPU and of memory that would be left over, added up. */
function wasteOf({ template, nodeCount, pods }: ExpansionOption): number {
  const { milliCpu, memoryBytes } = resourcesOf(template.node.status.capacity);
  let cpu = 0;
  let memory = 0;
  for (const { requests } of pods) {
    cpu += requests.milliCpu;
    memory += requests.memoryBytes;
  }
  const share = (there: number, asked: number): number => (there === 0 ? 0 : (there - asked) / there);
  return share(milliCpu * nodeCount, cpu) + share(memoryBytes * nodeCount, memory);
}

function byPriority(options: readonly ExpansionOption[], { priorities }: ExpanderSettings): readonly ExpansionOption[] {
  let best: ExpansionOption[] = [];
  let highest = -1;
  for (const option of options) {
    for (const { priority, groups } of priorities) {
      if (priority < highest || !groups.some((pattern) => new RegExp(pattern, 'u').test(option.group.id))) continue;
      if (priority > highest) best = [];
      highest = priority;
      if (!best.includes(option)) best.push(option);
    }
  }
  return best.length === 0 ? options : best;
}

const GIBIBYTE = 1024 * 1024 * 1024;
/** What a CPU and a GiB of memory cost for an hour, in proportion: Google's published prices, which the expander's first model has. */
const CPU_PRICE = 0.033174;
const MEMORY_PRICE = 0.004446;
/** A pod of half a CPU and half a gibibyte is added to both sides, so that little pods do not decide. */
const STABILIZATION = 0.5 * CPU_PRICE + 0.5 * MEMORY_PRICE;

/** CPUs of the node that suits a cluster of at most so many nodes. */
const PREFERRED_CPUS: readonly (readonly [nodes: number, milliCpu: number])[] = [
  [2, 1_000],
  [6, 2_000],
  [20, 4_000],
  [60, 8_000],
  [200, 16_000],
  [Infinity, 32_000],
];

function resourcePrice(milliCpu: number, memoryBytes: number): number {
  return (milliCpu / 1_000) * CPU_PRICE + (memoryBytes / GIBIBYTE) * MEMORY_PRICE;
}

/** Those whose money is spent best, on nodes that suit the size of the cluster. Groups without a price are not chosen. */
function byPrice(options: readonly ExpansionOption[], { nodeCount }: ExpanderSettings): readonly ExpansionOption[] {
  const priced = options.filter(({ group }) => group.pricePerHour !== undefined);
  if (priced.length === 0) return options;
  // The scenario's money against the published prices: what the cheapest group takes for the same resources.
  let unit = Infinity;
  for (const { group, template } of priced) {
    const { milliCpu, memoryBytes } = resourcesOf(template.node.status.capacity);
    unit = Math.min(unit, group.pricePerHour! / Math.max(resourcePrice(milliCpu, memoryBytes), Number.MIN_VALUE));
  }
  const [, preferred] = PREFERRED_CPUS.find(([nodes]) => nodeCount <= nodes)!;
  return least(priced, ({ group, nodeCount: count, pods, template }) => {
    const { milliCpu } = resourcesOf(template.node.status.capacity);
    let podPrice = 0;
    for (const { requests } of pods) podPrice += unit * resourcePrice(requests.milliCpu, requests.memoryBytes);
    const stabilization = unit * STABILIZATION;
    const spent = (group.pricePerHour! * count + stabilization) / Math.max(podPrice + stabilization, Number.MIN_VALUE);
    const unfitness = milliCpu === 0 ? 1 : Math.max(preferred / milliCpu, milliCpu / preferred);
    return spent * ((unfitness - 1) * (1 - tanh((count - 1) / 15)) + 1);
  });
}

/** Hyperbolic tangent by its continued fraction: the language's own differs between machines. Exact to 1e-9 below 3. */
function tanh(x: number): number {
  if (x > 9) return 1;
  const square = x * x;
  let denominator = 31;
  for (let odd = 29; odd >= 1; odd -= 2) denominator = odd + square / denominator;
  return x / denominator;
}

const FILTERS: { readonly [N in ExpanderName]: Filter } = {
  'least-nodes': (options) => least(options, ({ nodeCount }) => nodeCount),
  'least-waste': (options) => least(options, wasteOf),
  'most-pods': (options) => least(options, ({ pods }) => -pods.length),
  price: byPrice,
  priority: byPriority,
  random: (options) => options,
};
