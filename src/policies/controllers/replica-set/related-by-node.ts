import { compileLabelSelector } from '../../../sim/api/label-selector.ts';
import { isPodActive, type Pod } from '../../../sim/api/pod.ts';
import type { ControllerLister } from '../../../sim/policy-api/controllers.ts';
import type { PodTally } from './pod-tally.ts';
import { selectorOf, type Replicated } from './replicated.ts';

/** What is known of pods: the cache, and the counts that are kept of it. */
export interface KnownPods {
  readonly pods: ControllerLister<'Pod'>;
  readonly tally: PodTally;
}

/**
 * How many active pods of ReplicaSets that belong together are on a pod's node: those that match any of their selectors,
 * whoever owns them. By the counts that are kept, as long as each ReplicaSet owns all that it selects and nothing else;
 * else by a walk over the cache.
 */
export function activeOnNodeOf(related: readonly Replicated[], known: KnownPods): (pod: Pod) => number {
  if (!related.every((one) => ownsWhatItSelects(one, known))) {
    const walked = walkByNode(related, known.pods);
    return ({ spec }) => walked.get(spec.nodeName ?? '') ?? 0;
  }
  const counts = related.flatMap(({ metadata }) => [...known.tally.of(metadata.uid)]);
  return ({ spec }) => {
    const node = spec.nodeName ?? '';
    let sum = 0;
    for (const { activeByNode } of counts) sum += activeByNode.get(node) ?? 0;
    return sum;
  };
}

/** All that it owns matches, and as many match as it owns: then these are the same. */
function ownsWhatItSelects(set: Replicated, { pods, tally }: KnownPods): boolean {
  const selector = selectorOf(set);
  if (selector.matchExpressions !== undefined && selector.matchExpressions.length > 0) return false;
  const matches = compileLabelSelector(selector);
  let owned = 0;
  for (const { labels, active, terminating, finished } of tally.of(set.metadata.uid)) {
    if (!matches(labels)) return false;
    owned += active + terminating + finished;
  }
  return pods.countLabelled(set.metadata.namespace, selector.matchLabels ?? {}) === owned;
}

/** The same by looking at every pod, each once. */
export function walkByNode(
  related: readonly Replicated[],
  pods: Pick<ControllerLister<'Pod'>, 'labelled'>,
): ReadonlyMap<string, number> {
  const byNode = new Map<string, number>();
  const counted = new Set<string>();
  for (const one of related) {
    const matches = compileLabelSelector(selectorOf(one));
    for (const pod of pods.labelled(one.metadata.namespace, selectorOf(one).matchLabels ?? {})) {
      if (!isPodActive(pod) || !matches(pod.metadata.labels) || counted.has(pod.metadata.uid)) continue;
      counted.add(pod.metadata.uid);
      const node = pod.spec.nodeName ?? '';
      byNode.set(node, (byNode.get(node) ?? 0) + 1);
    }
  }
  return byNode;
}
