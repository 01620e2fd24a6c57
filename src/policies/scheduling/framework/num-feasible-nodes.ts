const MIN_FEASIBLE_NODES = 100;
const MIN_PERCENTAGE = 5;

/**
 * How many feasible nodes a search collects among `candidates` (semantics sheet 4.3). `percentage` 0 means adaptive: the
 * larger the cluster the smaller the share, down to 5 %.
 */
export function numFeasibleNodesToFind(candidates: number, percentage: number): number {
  if (candidates < MIN_FEASIBLE_NODES) return candidates;
  const share = percentage === 0 ? Math.max(50 - Math.floor(candidates / 125), MIN_PERCENTAGE) : percentage;
  return Math.max(Math.floor((candidates * share) / 100), MIN_FEASIBLE_NODES);
}
