import type { Node } from '../../../sim/api/node.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { cleanDeletionCandidate, isDeletionCandidate, markDeletionCandidate } from './deletion-taints.ts';

/**
 * Marks the nodes that are not needed, so that better nothing is put on them, and takes the mark from those that are
 * needed again, these first.
 *
 * @param most how many nodes are written to at most (`maxBulkSoftTaintCount`)
 * @returns whether some are left for the next loop
 */
export function* updateSoftTaints(
  nodes: readonly Node[],
  unneeded: ReadonlySet<string>,
  most: number,
  now: () => number,
): Steps<boolean> {
  const wrong = nodes.filter((node) => unneeded.has(node.metadata.name) !== isDeletionCandidate(node));
  const needed = wrong.filter(({ metadata }) => !unneeded.has(metadata.name));
  const all = [...needed, ...wrong.filter(({ metadata }) => unneeded.has(metadata.name))];
  const some = all.slice(0, most);
  for (const { metadata } of some) {
    if (unneeded.has(metadata.name)) yield* markDeletionCandidate(metadata.name, now);
    else yield* cleanDeletionCandidate(metadata.name, now);
  }
  return some.length < all.length;
}
