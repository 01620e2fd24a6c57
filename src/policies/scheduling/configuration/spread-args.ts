import type { TopologySpreadConstraint } from '../../../sim/api/pod.ts';
import { labelKeyProblems } from '../../../sim/api/names.ts';
import {
  anything,
  below,
  checked,
  duplicate,
  integerWhere,
  invalid,
  list,
  object,
  oneOf,
  problem,
  text,
  type Place,
} from './reading.ts';

export interface PodTopologySpreadArgs {
  /** For pods that have none of their own; the selector is deduced from what owns the pod. */
  readonly defaultConstraints: readonly TopologySpreadConstraint[];
  /** `System`: Kubernetes' own two soft constraints, over hosts and zones. */
  readonly defaultingType: 'System' | 'List';
}

interface RawConstraint extends Omit<TopologySpreadConstraint, 'labelSelector'> {
  readonly labelSelector?: unknown;
}

const policy = oneOf('Honor', 'Ignore');

const constraint = checked(
  object<RawConstraint>({
    maxSkew: { read: integerWhere((value) => value > 0, 'not in valid range (0, inf)'), required: true },
    topologyKey: { read: text, required: true },
    whenUnsatisfiable: { read: oneOf('DoNotSchedule', 'ScheduleAnyway'), required: true },
    minDomains: { read: integerWhere((value) => value > 0, 'must be greater than 0') },
    nodeAffinityPolicy: { read: policy },
    nodeTaintsPolicy: { read: policy },
    matchLabelKeys: { read: list(text) },
    labelSelector: { read: anything },
  }),
  ({ topologyKey, labelSelector }, at) => {
    const key = below(at, 'topologyKey');
    const why = topologyKey === '' ? undefined : labelKeyProblems(topologyKey)[0];
    if (topologyKey === '') problem(key, 'required', 'Required value: can not be empty');
    if (why !== undefined) invalid(key, topologyKey, why);
    if (labelSelector !== undefined) {
      const message = 'Forbidden: constraint must not define a selector, as they deduced for each pod';
      problem(below(at, 'labelSelector'), 'forbidden', message);
    }
    return topologyKey !== '' && why === undefined && labelSelector === undefined;
  },
);

export const podTopologySpreadArgs = {
  defaultConstraints: {
    read: checked(list(constraint), (constraints, at) => {
      const seen = new Set<string>();
      let isFine = true;
      constraints.forEach(({ topologyKey, whenUnsatisfiable }, i) => {
        const name = `{${topologyKey}, ${whenUnsatisfiable}}`;
        if (seen.has(name)) isFine = duplicate(below(at, i), name) ?? false;
        seen.add(name);
      });
      return isFine;
    }),
    otherwise: [],
  },
  defaultingType: { read: oneOf('System', 'List'), otherwise: 'System' },
} as const;

export function checkSpread({ defaultConstraints, defaultingType }: PodTopologySpreadArgs, at: Place): boolean {
  if (defaultingType === 'List' || defaultConstraints.length === 0) return true;
  invalid(below(at, 'defaultingType'), defaultingType, 'when .defaultConstraints are not empty');
  return false;
}
