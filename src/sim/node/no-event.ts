import type { EventHandle } from '../engine/engine.ts';

/** The handle of no event at all; to cancel it is a no-op. */
export const NO_EVENT: EventHandle = -1;
