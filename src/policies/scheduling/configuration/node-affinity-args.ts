import type { NodeAffinity, NodeSelectorRequirement, NodeSelectorTerm } from '../../../sim/api/pod.ts';
import { labelKeyProblems } from '../../../sim/api/names.ts';
import { below, checked, integer, invalid, list, object, oneOf, problem, text, type Place } from './reading.ts';

/** kube-scheduler-semantics.md 2.4: a NodeAffinity that every pod of the profile gets besides its own. */
export interface NodeAffinityArgs {
  readonly addedAffinity?: NodeAffinity;
}

const requirement = object<NodeSelectorRequirement>({
  key: { read: text, required: true },
  operator: { read: oneOf('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'), required: true },
  values: { read: list(text) },
});

function checkExpression({ key, operator, values = [] }: NodeSelectorRequirement, at: Place): boolean {
  const why = labelKeyProblems(key)[0];
  if (why !== undefined) invalid(below(at, 'key'), key, why);
  const complain = (message: string): void => invalid(below(at, 'values'), values.join(','), message);
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    complain("for 'in', 'notin' operators, values set can't be empty");
  } else if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    complain('values set must be empty for exists and does not exist');
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) complain("for 'Gt', 'Lt' operators, exactly one value is required");
    else if (!/^[-+]?[0-9]+$/.test(values[0]!)) complain("for 'Gt', 'Lt' operators, the value must be an integer");
    else return why === undefined;
    return false;
  } else {
    return why === undefined;
  }
  return false;
}

function checkField({ key, operator, values = [] }: NodeSelectorRequirement, at: Place): boolean {
  if (key !== 'metadata.name') return (invalid(below(at, 'key'), key, 'not a valid field selector key'), false);
  if (operator !== 'In' && operator !== 'NotIn') {
    problem(
      below(at, 'operator'),
      'unsupported-value',
      `Unsupported value: ${JSON.stringify(operator)}: supported values: "In", "NotIn"`,
    );
    return false;
  }
  if (values.length !== 1) return (invalid(below(at, 'values'), values.join(','), 'must have one element'), false);
  return true;
}

const term = object<NodeSelectorTerm>({
  matchExpressions: { read: list(checked(requirement, checkExpression)) },
  matchFields: { read: list(checked(requirement, checkField)) },
});

export const nodeAffinityArgs = {
  addedAffinity: {
    read: object<NodeAffinity>({
      requiredDuringSchedulingIgnoredDuringExecution: {
        read: object({ nodeSelectorTerms: { read: list(term), otherwise: [] } }),
      },
      preferredDuringSchedulingIgnoredDuringExecution: {
        read: list(object({ weight: { read: integer, otherwise: 0 }, preference: { read: term, otherwise: {} } })),
      },
    }),
  },
};
