import { LABEL_SELECTOR } from './meta.ts';
import { always, int32, int64, list, oneOf, pointer, shown, table, text, time } from './type.ts';

/** Where a pod may go and where it would rather go. Operators and empty keys are judged by validation. */

const NODE_SELECTOR_REQUIREMENT = table('NodeSelectorRequirement', {
  key: always(text, ''),
  operator: always(text, ''),
  values: list(text),
});

const NODE_SELECTOR_TERM = table(
  'NodeSelectorTerm',
  {
    matchExpressions: list(NODE_SELECTOR_REQUIREMENT),
    matchFields: list(NODE_SELECTOR_REQUIREMENT),
  },
  { atomic: true },
);

export const NODE_SELECTOR = table(
  'NodeSelector',
  {
    nodeSelectorTerms: shown(always(list(NODE_SELECTOR_TERM), Object.freeze([]))),
  },
  { atomic: true },
);

const POD_AFFINITY_TERM = table('PodAffinityTerm', {
  labelSelector: pointer(LABEL_SELECTOR),
  namespaces: list(text),
  topologyKey: always(text, ''),
  namespaceSelector: pointer(LABEL_SELECTOR),
  matchLabelKeys: list(text),
  mismatchLabelKeys: list(text),
});

const NOWHERE = Object.freeze({});
const NO_TERM = Object.freeze({ topologyKey: '' });

const POD_AFFINITY = table('PodAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: list(POD_AFFINITY_TERM),
  preferredDuringSchedulingIgnoredDuringExecution: list(
    table('WeightedPodAffinityTerm', { weight: always(int32, 0), podAffinityTerm: always(POD_AFFINITY_TERM, NO_TERM) }),
  ),
});

export const AFFINITY = table('Affinity', {
  nodeAffinity: pointer(
    table('NodeAffinity', {
      requiredDuringSchedulingIgnoredDuringExecution: pointer(NODE_SELECTOR),
      preferredDuringSchedulingIgnoredDuringExecution: list(
        table('PreferredSchedulingTerm', { weight: always(int32, 0), preference: always(NODE_SELECTOR_TERM, NOWHERE) }),
      ),
    }),
  ),
  podAffinity: pointer(POD_AFFINITY),
  podAntiAffinity: pointer(POD_AFFINITY),
});

/** The effect of a toleration may be empty: it then stands for all of them. */
export const TOLERATION = table('Toleration', {
  key: text,
  operator: text,
  value: text,
  effect: text,
  tolerationSeconds: pointer(int64),
});

export const TAINT = table('Taint', {
  key: always(text, ''),
  value: text,
  effect: always(text, ''),
  timeAdded: pointer(time),
});

export const TOPOLOGY_SPREAD_CONSTRAINT = table('TopologySpreadConstraint', {
  maxSkew: always(int32, 0),
  topologyKey: always(text, ''),
  whenUnsatisfiable: always(text, ''),
  labelSelector: pointer(LABEL_SELECTOR),
  minDomains: pointer(int32),
  nodeAffinityPolicy: pointer(oneOf('Honor', 'Ignore')),
  nodeTaintsPolicy: pointer(oneOf('Honor', 'Ignore')),
  matchLabelKeys: list(text),
});
