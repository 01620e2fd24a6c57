import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import type { Node } from '../../../sim/api/node.ts';
import { compileRequiredNodeAffinity, type NodePredicate } from '../../../sim/api/node-selector.ts';
import type { PodSpec, Toleration } from '../../../sim/api/pod.ts';
import { untoleratedTaint } from '../../../sim/api/taints.ts';
import { daemonTolerations } from './tolerations.ts';

/** Whether a node is to get a daemon pod, and whether one that is there may stay. */
export interface Eligibility {
  readonly run: boolean;
  readonly stay: boolean;
}

const YES: Eligibility = { run: true, stay: true };
const STAYS: Eligibility = { run: false, stay: true };
const NO: Eligibility = { run: false, stay: false };

interface Compiled {
  readonly matches: NodePredicate;
  readonly tolerations: readonly Toleration[];
}

const compiled = new WeakMap<PodSpec, Compiled>();

function compile(spec: PodSpec): Compiled {
  let found = compiled.get(spec);
  if (found === undefined) {
    found = { matches: compileRequiredNodeAffinity(spec), tolerations: daemonTolerations(spec) };
    compiled.set(spec, found);
  }
  return found;
}

/**
 * By the scheduler's own predicates for node name, node affinity and taints; whether there is room is the scheduler's
 * business alone (kubernetes-behaviour.md 3.4).
 */
export function eligibilityOf({ spec }: DaemonSet, node: Node): Eligibility {
  const template = spec.template.spec;
  const { nodeName = '' } = template;
  if (nodeName !== '' && nodeName !== node.metadata.name) return NO;
  const { matches, tolerations } = compile(template);
  if (!matches(node)) return NO;
  const { taints } = node.spec;
  if (taints === undefined || taints.length === 0) return YES;
  if (untoleratedTaint(taints, tolerations, ['NoSchedule', 'NoExecute']) === undefined) return YES;
  return untoleratedTaint(taints, tolerations, ['NoExecute']) === undefined ? STAYS : NO;
}
