/** Places in a row of `amounts`: CPU and memory, as one cache line. */
export const AMOUNTS = 8;
export const CPU_ALLOCATABLE = 0;
export const CPU_REQUESTED = 1;
/** Requests with the fill for containers that name none. */
export const CPU_NON_ZERO = 2;
/** One over the allocatable amount, for what need not be exact; 0 where there is none. */
export const CPU_INVERSE = 3;
export const MEMORY_ALLOCATABLE = 4;
export const MEMORY_REQUESTED = 5;
export const MEMORY_NON_ZERO = 6;
export const MEMORY_INVERSE = 7;

/** Places in a row of `marks`. */
export const MARKS = 4;
/** Changes whenever amounts or pods of the row change. Never 0 for an occupied row. */
export const USAGE_STAMP = 0;
/** How evenly CPU and memory are requested: `balance` of the two shares. */
export const EVENNESS = 1;
/** Pods that the node can take besides those it has. */
export const POD_ROOM = 2;

/** Places in a row of any other resource. */
export const OTHER = 2;
export const OTHER_ALLOCATABLE = 0;
export const OTHER_REQUESTED = 1;
