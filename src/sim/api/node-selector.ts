import { allOf, compileLabels, compileRequirement, type LabelPredicate } from './label-selector.ts';
import type { Labels } from './meta.ts';
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from './pod.ts';

/** What a node selector looks at. */
export interface SelectableNode {
  readonly metadata: { readonly name: string; readonly labels: Labels };
}
export type NodePredicate = (node: SelectableNode) => boolean;

const noNode: NodePredicate = () => false;
const anyNode: NodePredicate = () => true;

/** The only field is metadata.name; a requirement on any other is refused by validation and matches no node. */
function compileField(requirement: NodeSelectorRequirement): NodePredicate {
  if (requirement.key !== 'metadata.name') return noNode;
  const [name] = requirement.values ?? [];
  if (name === undefined) return noNode;
  if (requirement.operator === 'In') return (node) => node.metadata.name === name;
  if (requirement.operator === 'NotIn') return (node) => node.metadata.name !== name;
  return noNode;
}

/** Expressions and fields must all hold; a term with neither matches no node. */
export function compileNodeSelectorTerm(term: NodeSelectorTerm): NodePredicate {
  const expressions = term.matchExpressions ?? [];
  const fields = (term.matchFields ?? []).map(compileField);
  if (expressions.length === 0 && fields.length === 0) return noNode;
  const labels: LabelPredicate = allOf(expressions.map(compileRequirement));
  if (fields.length === 0) return (node) => labels(node.metadata.labels);
  return (node) => labels(node.metadata.labels) && fields.every((field) => field(node));
}

const compiled = new WeakMap<NodeSelector, NodePredicate>();

/** Any of the terms is enough; no term at all matches no node (kubernetes-behaviour.md 7.2). Compiled once a selector. */
export function compileNodeSelector(selector: NodeSelector): NodePredicate {
  let predicate = compiled.get(selector);
  if (predicate === undefined) {
    const terms = selector.nodeSelectorTerms.map(compileNodeSelectorTerm);
    const [only] = terms;
    predicate =
      terms.length === 1 && only !== undefined ? only : (node): boolean => terms.some((matches) => matches(node));
    compiled.set(selector, predicate);
  }
  return predicate;
}

const required = new WeakMap<PodSpec, NodePredicate>();

/** Where a pod may go by its nodeSelector and its required node affinity; anywhere when it has neither. */
export function compileRequiredNodeAffinity(spec: PodSpec): NodePredicate {
  let predicate = required.get(spec);
  if (predicate === undefined) {
    const map = spec.nodeSelector;
    const affinity = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const byLabels = map === undefined || Object.keys(map).length === 0 ? undefined : compileLabels(map);
    const byAffinity = affinity === undefined ? undefined : compileNodeSelector(affinity);
    if (byLabels === undefined) predicate = byAffinity ?? anyNode;
    else if (byAffinity === undefined) predicate = (node): boolean => byLabels(node.metadata.labels);
    else predicate = (node): boolean => byLabels(node.metadata.labels) && byAffinity(node);
    required.set(spec, predicate);
  }
  return predicate;
}
