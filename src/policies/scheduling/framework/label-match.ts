import type { LabelSelector, Labels } from '../../../sim/api/meta.ts';

const matchNothing = (): boolean => false;
const compiled = new WeakMap<LabelSelector, (labels: Labels) => boolean>();

/** A label selector as a predicate, compiled once a selector. Absent: matches nothing; empty: everything. */
export function labelMatcher(selector: LabelSelector | undefined): (labels: Labels) => boolean {
  if (selector === undefined) return matchNothing;
  let matcher = compiled.get(selector);
  if (matcher === undefined) compiled.set(selector, (matcher = compile(selector)));
  return matcher;
}

function compile(selector: LabelSelector): (labels: Labels) => boolean {
  const pairs = Object.entries(selector.matchLabels ?? {});
  const expressions = (selector.matchExpressions ?? []).map((expression) => {
    const values = new Set(expression.values ?? []);
    return { key: expression.key, operator: expression.operator, values };
  });
  return (labels) => {
    for (const [key, value] of pairs) if (labels[key] !== value) return false;
    for (const { key, operator, values } of expressions) {
      const value = labels[key];
      if (operator === 'In' ? value === undefined || !values.has(value) : false) return false;
      if (operator === 'NotIn' ? value !== undefined && values.has(value) : false) return false;
      if (operator === 'Exists' ? value === undefined : false) return false;
      if (operator === 'DoesNotExist' ? value !== undefined : false) return false;
    }
    return true;
  };
}
