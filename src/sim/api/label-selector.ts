import type { LabelSelector, Labels } from './meta.ts';

/** Says whether an object with these labels is selected. */
export type LabelPredicate = (labels: Labels) => boolean;

export const selectsEverything: LabelPredicate = () => true;
export const selectsNothing: LabelPredicate = () => false;

/** One condition on one label. Gt and Lt appear in node selectors and in selector text only. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values?: readonly string[];
}

/** The value of a label, or `undefined`; whatever an object inherits is no label. */
function labelOf(labels: Labels, key: string): string | undefined {
  const value: unknown = labels[key];
  return typeof value === 'string' ? value : undefined;
}

const INT64_MAX = (1n << 63n) - 1n;
const INT64_MIN = -(1n << 63n);

/** A decimal integer of 64 bits, as Gt and Lt read both sides; `undefined` when the text is none. */
function int64Of(text: string | undefined): bigint | undefined {
  if (text === undefined || text.length > 63 || !/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value > INT64_MAX || value < INT64_MIN ? undefined : value;
}

/** In: the label exists and has one of the values. NotIn and DoesNotExist also match where the label is absent. */
export function compileRequirement(requirement: Requirement): LabelPredicate {
  const { key, operator } = requirement;
  const values = requirement.values ?? [];
  switch (operator) {
    case 'In': {
      const [only] = values;
      if (values.length === 1) return (labels) => labelOf(labels, key) === only;
      const set = new Set(values);
      return (labels) => {
        const value = labelOf(labels, key);
        return value !== undefined && set.has(value);
      };
    }
    case 'NotIn': {
      const set = new Set(values);
      return (labels) => {
        const value = labelOf(labels, key);
        return value === undefined || !set.has(value);
      };
    }
    case 'Exists':
      return (labels) => labelOf(labels, key) !== undefined;
    case 'DoesNotExist':
      return (labels) => labelOf(labels, key) === undefined;
    case 'Gt':
    case 'Lt': {
      const bound = values.length === 1 ? int64Of(values[0]) : undefined;
      if (bound === undefined) return selectsNothing;
      return (labels) => {
        const value = int64Of(labelOf(labels, key));
        return value !== undefined && (operator === 'Gt' ? value > bound : value < bound);
      };
    }
  }
}

/** All of the predicates at once. */
export function allOf(predicates: readonly LabelPredicate[]): LabelPredicate {
  const [first, second] = predicates;
  if (first === undefined) return selectsEverything;
  if (second === undefined) return first;
  if (predicates.length === 2) return (labels) => first(labels) && second(labels);
  return (labels) => predicates.every((predicate) => predicate(labels));
}

/** An equality map such as a Service's selector or a pod's nodeSelector. An empty map selects everything. */
export function compileLabels(wanted: Labels): LabelPredicate {
  return allOf(requirementsOf({ matchLabels: wanted }).map(compileRequirement));
}

/** The selector's two lists as one. */
export function requirementsOf(selector: LabelSelector): readonly Requirement[] {
  const wanted = selector.matchLabels ?? {};
  const equal = Object.keys(wanted).map((key): Requirement => ({ key, operator: 'In', values: [wanted[key] ?? ''] }));
  return [...equal, ...(selector.matchExpressions ?? [])];
}

/** The labels, as `key=value`, that whatever is selected has: where there are none, anything may be selected. */
export function demandedPairs(requirements: readonly Requirement[]): string[] {
  return requirements.flatMap(({ key, operator, values = [] }) =>
    operator === 'In' && values.length === 1 ? [labelPair(key, values[0]!)] : [],
  );
}

export function labelPair(key: string, value: string): string {
  return `${key}=${value}`;
}

const compiled = new WeakMap<LabelSelector, LabelPredicate>();

/**
 * A LabelSelector as a predicate: absent selects nothing, empty everything, otherwise every requirement must hold
 * (kubernetes-behaviour.md 7.2). Compiled once a selector.
 */
export function compileLabelSelector(selector: LabelSelector | undefined): LabelPredicate {
  if (selector === undefined) return selectsNothing;
  let predicate = compiled.get(selector);
  if (predicate === undefined) {
    predicate = allOf(requirementsOf(selector).map(compileRequirement));
    compiled.set(selector, predicate);
  }
  return predicate;
}

/** Whether a selector has no requirement at all, so that it selects everything. */
export function isEmptySelector(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}
