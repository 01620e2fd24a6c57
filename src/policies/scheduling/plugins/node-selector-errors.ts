import { labelKeyProblems, labelValueProblems } from '../../../sim/api/names.ts';
import type { NodeSelectorRequirement, NodeSelectorTerm } from '../../../sim/api/pod.ts';

/**
 * What keeps kube-scheduler from reading a node selector term, in its words; nothing when the term is right. The API
 * server refuses such objects, but those that are stored already stay: a required term that does not parse matches no
 * node, a preferred one ends the cycle with an error (semantics sheet 3.6).
 */
export function nodeSelectorTermErrors(term: NodeSelectorTerm, path: string): string[] {
  const errors: string[] = [];
  for (const [i, requirement] of (term.matchExpressions ?? []).entries()) {
    errors.push(...expressionErrors(requirement, `${path}.matchExpressions[${i}]`));
  }
  for (const [i, requirement] of (term.matchFields ?? []).entries()) {
    errors.push(...fieldErrors(requirement, `${path}.matchFields[${i}]`));
  }
  return errors;
}

/** Several errors as Go prints an aggregate of them: equal ones once. */
export function aggregated(errors: readonly string[]): string {
  const different = [...new Set(errors)];
  return different.length === 1 ? different[0]! : `[${different.join(', ')}]`;
}

function invalid(path: string, value: unknown, why: string): string {
  return `${path}: Invalid value: ${JSON.stringify(value)}: ${why}`;
}

function unsupported(path: string, value: string, supported: readonly string[]): string {
  return `${path}: Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((name) => `"${name}"`).join(', ')}`;
}

const EXPRESSION_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];

function expressionErrors({ key, operator, values }: NodeSelectorRequirement, path: string): string[] {
  if (!EXPRESSION_OPERATORS.includes(operator)) {
    return [unsupported(`${path}.operator`, operator, EXPRESSION_OPERATORS)];
  }
  const errors: string[] = [];
  const keyProblems = labelKeyProblems(key);
  if (keyProblems.length > 0) errors.push(invalid(`${path}.key`, key, keyProblems.join('; ')));
  const list = values ?? [];
  const shown = list.length === 0 ? null : list;
  if (operator === 'In' || operator === 'NotIn') {
    if (list.length === 0) {
      errors.push(invalid(`${path}.values`, shown, "for 'in', 'notin' operators, values set can't be empty"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (list.length > 0) {
      errors.push(invalid(`${path}.values`, shown, 'values set must be empty for exists and does not exist'));
    }
  } else {
    if (list.length !== 1) {
      errors.push(invalid(`${path}.values`, shown, "for 'Gt', 'Lt' operators, exactly one value is required"));
    }
    for (const [i, value] of list.entries()) {
      if (isInt64(value)) continue;
      errors.push(invalid(`${path}.values[${i}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    }
  }
  for (const [i, value] of list.entries()) {
    const problems = labelValueProblems(value);
    if (problems.length > 0) errors.push(invalid(`${path}.values[${i}][${key}]`, value, problems.join('; ')));
  }
  return errors;
}

function fieldErrors({ operator, values }: NodeSelectorRequirement, path: string): string[] {
  if (operator !== 'In' && operator !== 'NotIn') {
    return [unsupported(`${path}.operator`, operator, ['In', 'NotIn'])];
  }
  const list = values ?? [];
  if (list.length === 1) return [];
  return [invalid(`${path}.values`, list.length === 0 ? null : list, 'must have one element')];
}

function isInt64(text: string): boolean {
  if (!/^[+-]?[0-9]+$/.test(text) || text.length > 400) return false;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value;
}
