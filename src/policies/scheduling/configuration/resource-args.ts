import { labelKeyProblems } from '../../../sim/api/names.ts';
import {
  below,
  checked,
  duplicate,
  integer,
  integerWhere,
  invalid,
  list,
  object,
  oneOf,
  problem,
  text,
  type Reader,
} from './reading.ts';

/** How much a resource counts among the others. */
export interface ResourceWeight {
  readonly name: string;
  readonly weight: number;
}

/** A corner of a score that is linear in between: how full in percent, and 0 to 10. */
export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly ResourceWeight[];
  readonly requestedToCapacityRatio?: { readonly shape: readonly ShapePoint[] };
}

export interface NodeResourcesFitArgs {
  readonly ignoredResources: readonly string[];
  readonly ignoredResourceGroups: readonly string[];
  readonly scoringStrategy: ScoringStrategy;
}

export interface NodeResourcesBalancedAllocationArgs {
  readonly resources: readonly ResourceWeight[];
}

const CPU_AND_MEMORY: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

const weightedResource = object<ResourceWeight>({
  name: { read: text, required: true },
  weight: { read: integer, otherwise: 0 },
});

/** No resources: CPU and memory; no weight: 1. */
const weightedResources: Reader<readonly ResourceWeight[]> = (value, at) => {
  const found = list(weightedResource)(value, at);
  if (found === undefined || found.length === 0) return found === undefined ? undefined : CPU_AND_MEMORY;
  return found.map(({ name, weight }) => ({ name, weight: weight === 0 ? 1 : weight }));
};

const labelName: Reader<string> = checked(text, (name, at) => {
  const why = labelKeyProblems(name)[0];
  if (why !== undefined) invalid(at, name, why);
  return why === undefined;
});

const resourceGroup: Reader<string> = (value, at) => {
  if (typeof value === 'string' && value.includes('/')) {
    return invalid(at, value, "resource group name can't contain '/'");
  }
  return labelName(value, at);
};

/** Corners from the least to the most full. Shared with VolumeBinding. */
export const shape: Reader<readonly ShapePoint[]> = checked(
  list(
    object<ShapePoint>({
      utilization: {
        read: integerWhere((value) => value >= 0 && value <= 100, 'not in valid range [0, 100]'),
        otherwise: 0,
      },
      score: { read: integerWhere((value) => value >= 0 && value <= 10, 'not in valid range [0, 10]'), otherwise: 0 },
    }),
  ),
  (points, at) => {
    if (points.length === 0) {
      problem(at, 'required', 'Required value: at least one point must be specified');
      return false;
    }
    for (let i = 1; i < points.length; i++) {
      if (points[i]!.utilization > points[i - 1]!.utilization) continue;
      invalid(below(at, i, 'utilization'), points[i]!.utilization, 'values must be sorted in increasing order');
      return false;
    }
    return true;
  },
);

const scoringStrategy = checked(
  object<ScoringStrategy>({
    type: { read: oneOf('LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'), required: true },
    resources: { read: weightedResources, otherwise: CPU_AND_MEMORY },
    requestedToCapacityRatio: { read: object({ shape: { read: shape, required: true } }) },
  }),
  ({ type, resources, requestedToCapacityRatio }, at) => {
    let isFine = true;
    resources.forEach(({ name, weight }, i) => {
      if (weight > 0 && weight <= 100) return;
      invalid(below(at, 'resources', i, 'weight'), weight, `resource weight of ${name} not in valid range (0, 100]`);
      isFine = false;
    });
    const ratio = below(at, 'requestedToCapacityRatio');
    if (type === 'RequestedToCapacityRatio' && requestedToCapacityRatio === undefined) {
      problem(ratio, 'required', `Required value: must be specified when type is ${type}`);
      isFine = false;
    }
    if (type !== 'RequestedToCapacityRatio' && requestedToCapacityRatio !== undefined) {
      problem(ratio, 'forbidden', 'Forbidden: must be nil when type is not RequestedToCapacityRatio');
      isFine = false;
    }
    return isFine;
  },
);

export const nodeResourcesFitArgs = {
  ignoredResources: { read: list(labelName), otherwise: [] },
  ignoredResourceGroups: { read: list(resourceGroup), otherwise: [] },
  scoringStrategy: {
    read: scoringStrategy,
    otherwise: { type: 'LeastAllocated', resources: CPU_AND_MEMORY } satisfies ScoringStrategy,
  },
};

export const nodeResourcesBalancedAllocationArgs = {
  resources: {
    read: checked(weightedResources, (resources, at) => {
      const seen = new Set<string>();
      let isFine = true;
      resources.forEach(({ name, weight }, i) => {
        if (weight !== 1) isFine = invalid(below(at, i, 'weight'), weight, 'must be 1') ?? false;
        if (seen.has(name)) isFine = duplicate(below(at, i, 'name'), name) ?? false;
        seen.add(name);
      });
      return isFine;
    }),
    otherwise: CPU_AND_MEMORY,
  },
};
