import {
  allOf,
  compileRequirement,
  demandedPairs,
  requirementsOf,
  type Requirement,
} from '../../../sim/api/label-selector.ts';
import { objectKey } from '../../../sim/api/kinds.ts';
import { controllerOf, NO_LABELS, type LabelSelector, type Labels } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { PluginHandle } from '../../../sim/policy-api/scheduling.ts';

/** Which pods a constraint spreads. An empty selector matches every pod, but counts none. */
export interface SpreadSelector {
  readonly isEmpty: boolean;
  /** Equal texts, equal selectors. */
  readonly key: string;
  readonly matches: (labels: Labels) => boolean;
  /** What {@link demandedPairs} says of it. */
  readonly demands: readonly string[];
}

const NOTHING: SpreadSelector = { isEmpty: false, key: 'nothing', matches: () => false, demands: [] };

function equalTo(labels: Labels): Requirement[] {
  return Object.keys(labels).map((key): Requirement => ({ key, operator: 'In', values: [labels[key] ?? ''] }));
}

/** A label selector, with `labels` that must be equal besides. An absent selector matches nothing. */
export function spreadSelector(selector: LabelSelector | undefined, labels: Labels | undefined): SpreadSelector {
  if (selector === undefined) return NOTHING;
  return fromRequirements([...equalTo(labels ?? NO_LABELS), ...requirementsOf(selector)]);
}

function fromRequirements(requirements: readonly Requirement[]): SpreadSelector {
  return {
    isEmpty: requirements.length === 0,
    key: JSON.stringify(requirements),
    matches: allOf(requirements.map(compileRequirement)),
    demands: demandedPairs(requirements),
  };
}

/** A namespace of many Services is asked for every template of pods: their selectors are taken apart once. */
const known = new WeakMap<Labels, readonly (readonly [string, string])[]>();

function entriesOf(selector: Labels): readonly (readonly [string, string])[] {
  let entries = known.get(selector);
  if (entries === undefined) known.set(selector, (entries = Object.entries(selector)));
  return entries;
}

function selects(selector: readonly (readonly [string, string])[], labels: Labels): boolean {
  for (let i = 0; i < selector.length; i++) {
    const [key, value] = selector[i]!;
    if (labels[key] !== value) return false;
  }
  return true;
}

/**
 * The pods that belong together with a pod that says nothing itself: those selected by the Services that select it, and
 * by the controller that owns it (semantics sheet 3.10).
 */
export function defaultSpreadSelector(pod: Pod, handle: PluginHandle): SpreadSelector {
  const { namespace, labels } = pod.metadata;
  const equal = new Map<string, string>();
  const add = (selector: Labels | undefined): void => {
    if (selector === undefined) return;
    for (const [key, value] of entriesOf(selector)) equal.set(key, value);
  };
  for (const service of handle.lister('Service').list(namespace)) {
    const { selector } = service.spec;
    if (selector !== undefined && selects(entriesOf(selector), labels)) add(selector);
  }
  let owned: LabelSelector | undefined;
  const owner = controllerOf(pod.metadata);
  if (owner !== undefined) {
    const key = objectKey(namespace, owner.name);
    switch (`${owner.apiVersion} ${owner.kind}`) {
      case 'v1 ReplicationController':
        add(handle.lister('ReplicationController').get(key)?.spec.selector);
        break;
      case 'apps/v1 ReplicaSet':
        owned = handle.lister('ReplicaSet').get(key)?.spec.selector;
        break;
      case 'apps/v1 StatefulSet':
        owned = handle.lister('StatefulSet').get(key)?.spec.selector;
        break;
    }
  }
  const requirements = [...equal].map(([key, value]): Requirement => ({ key, operator: 'In', values: [value] }));
  return fromRequirements([...requirements, ...(owned === undefined ? [] : requirementsOf(owned))]);
}
