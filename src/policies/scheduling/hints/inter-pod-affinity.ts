import { NO_LABELS } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { AffinityTerm, ClusterEventHint } from '../../../sim/policy-api/scheduling.ts';
import { podInfoOf } from '../framework/pod-info.ts';
import { allTermsMatch } from '../plugins/affinity-terms.ts';
import { changeOf, isPlaced, isSamePod, queueIf } from './object-change.ts';

/** As the terms stand: a namespace selector sees no labels, so that only one that needs none can match. */
function matchesAll(terms: readonly AffinityTerm[], pod: Pod): boolean {
  return allTermsMatch(terms, pod, NO_LABELS);
}

/** InterPodAffinity: a pod to be near to has come, one to be far from has gone, or the domains have changed. */
export const INTER_POD_AFFINITY_EVENTS: readonly ClusterEventHint[] = [
  {
    events: ['Pod/UpdatePodLabel'],
    hint: (pod, change) => {
      const { before, after } = changeOf<'Pod'>(change);
      if (isSamePod(pod, after)) return 'Queue';
      if (before === undefined || after === undefined || !isPlaced(after)) return 'QueueSkip';
      const { requiredAffinityTerms: near, requiredAntiAffinityTerms: far } = podInfoOf(pod);
      const hasCome = !matchesAll(near, before) && matchesAll(near, after);
      return queueIf(hasCome || (matchesAll(far, before) && !matchesAll(far, after)));
    },
  },
  {
    events: ['Pod/Add'],
    hint: (pod, change) => {
      const { after } = changeOf<'Pod'>(change);
      const { requiredAffinityTerms: near } = podInfoOf(pod);
      return queueIf(after !== undefined && isPlaced(after) && matchesAll(near, after));
    },
    sameForEqualPods: true,
  },
  {
    events: ['Pod/Delete'],
    hint: (pod, change) => {
      const { before } = changeOf<'Pod'>(change);
      if (before === undefined || !isPlaced(before)) return 'QueueSkip';
      const { requiredAntiAffinityTerms: far } = podInfoOf(pod);
      return queueIf(matchesAll(far, before) || matchesAll(podInfoOf(before).requiredAntiAffinityTerms, pod));
    },
    sameForEqualPods: true,
  },
  {
    events: ['Node/Add', 'Node/UpdateNodeLabel'],
    hint: (pod, change) => {
      const { before, after } = changeOf<'Node'>(change);
      if (after === undefined) return 'QueueSkip';
      const { requiredAffinityTerms: near, requiredAntiAffinityTerms: far } = podInfoOf(pod);
      const labels = after.metadata.labels;
      if (before === undefined) {
        return queueIf(far.length > 0 || near.some(({ topologyKey }) => labels[topologyKey] !== undefined));
      }
      const moved = ({ topologyKey }: AffinityTerm): boolean =>
        before.metadata.labels[topologyKey] !== labels[topologyKey];
      const isNearer = near.some((term) => labels[term.topologyKey] !== undefined && moved(term));
      return queueIf(
        isNearer || far.some((term) => before.metadata.labels[term.topologyKey] !== undefined && moved(term)),
      );
    },
    sameForEqualPods: true,
  },
];
