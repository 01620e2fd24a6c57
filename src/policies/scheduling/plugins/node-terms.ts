import { allOf, compileLabels, compileRequirement, type LabelPredicate } from '../../../sim/api/label-selector.ts';
import type { Node } from '../../../sim/api/node.ts';
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '../../../sim/api/pod.ts';
import { nodeSelectorTermErrors } from './node-selector-errors.ts';

/** Says whether a node is selected. */
export type NodePredicate = (node: Node) => boolean;

const everyNode: NodePredicate = () => true;

/** A term with neither expressions nor fields. */
export function isEmptyTerm(term: NodeSelectorTerm): boolean {
  return (term.matchExpressions ?? []).length === 0 && (term.matchFields ?? []).length === 0;
}

/** The only field that has a value is metadata.name; any other reads as empty. */
function fieldPredicate({ key, operator, values }: NodeSelectorRequirement): NodePredicate {
  const wanted = values?.[0] ?? '';
  return (node) => {
    const value = key === 'metadata.name' ? node.metadata.name : '';
    return (value === wanted) === (operator === 'In');
  };
}

/** All expressions and fields of a term that parses and is not empty. */
export function termPredicate(term: NodeSelectorTerm): NodePredicate {
  const labels: LabelPredicate = allOf((term.matchExpressions ?? []).map(compileRequirement));
  const fields = (term.matchFields ?? []).map(fieldPredicate);
  if (fields.length === 0) return (node) => labels(node.metadata.labels);
  return (node) => labels(node.metadata.labels) && fields.every((matches) => matches(node));
}

const compiled = new WeakMap<NodeSelector, NodePredicate>();

/** Any term is enough; empty ones and those that do not parse match no node (semantics sheet 3.6). */
export function nodeSelectorPredicate(selector: NodeSelector): NodePredicate {
  let predicate = compiled.get(selector);
  if (predicate === undefined) {
    const terms = usableTerms(selector).map(termPredicate);
    predicate = (node) => terms.some((matches) => matches(node));
    compiled.set(selector, predicate);
  }
  return predicate;
}

const compiledForLabels = new WeakMap<NodeSelector, NodePredicate>();

/** The same by labels alone: what is asked of a node's name holds. */
export function nodeLabelsPredicate(selector: NodeSelector): NodePredicate {
  let predicate = compiledForLabels.get(selector);
  if (predicate === undefined) {
    const terms = usableTerms(selector).map((term) => termPredicate({ ...term, matchFields: [] }));
    predicate = (node) => terms.some((matches) => matches(node));
    compiledForLabels.set(selector, predicate);
  }
  return predicate;
}

/** Terms that parse and are not empty. */
function usableTerms(selector: NodeSelector): readonly NodeSelectorTerm[] {
  return (selector.nodeSelectorTerms ?? []).filter(
    (term) => !isEmptyTerm(term) && nodeSelectorTermErrors(term, '').length === 0,
  );
}

const required = new WeakMap<PodSpec, NodePredicate>();

/** Where a pod may go by its nodeSelector and its required node affinity; anywhere when it has neither. */
export function requiredNodePredicate(spec: PodSpec): NodePredicate {
  let predicate = required.get(spec);
  if (predicate === undefined) {
    const { nodeSelector } = spec;
    const selector = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const byLabels = nodeSelector === undefined ? undefined : compileLabels(nodeSelector);
    const byTerms = selector === undefined ? undefined : nodeSelectorPredicate(selector);
    if (byLabels === undefined) predicate = byTerms ?? everyNode;
    else if (byTerms === undefined) predicate = (node) => byLabels(node.metadata.labels);
    else predicate = (node) => byLabels(node.metadata.labels) && byTerms(node);
    required.set(spec, predicate);
  }
  return predicate;
}
