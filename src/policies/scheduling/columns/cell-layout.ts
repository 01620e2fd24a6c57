/** No room, or a plugin that looks at the node object alone refuses. */
export const REFUSED = -1;
/** Something about the node has changed: to be computed anew. */
export const STALE = -2;
/** A cell of a node that takes the pod is its group of nodes above these bits, and its usage value in them. */
export const VALUE_BITS = 20;
export const VALUE_MASK = (1 << VALUE_BITS) - 1;
/** More groups do not go into a cell. */
export const MOST_GROUPS_IN_CELL = 2 ** (31 - VALUE_BITS) - 1;
