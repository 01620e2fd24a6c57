/** A vertex has so many children to this power of two; the lowest ones sum up so many cells. */
export const CHILDREN_SHIFT = 4;
export const CHILDREN = 1 << CHILDREN_SHIFT;
/** No node of a group takes the pod. */
export const NO_TAKER = -1;

/** Places in a summary: how many nodes take the pod; from BEST on, by group, the best usage value. */
export const TAKERS = 0;
export const BEST = 1;
