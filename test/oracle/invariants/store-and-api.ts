import type { Seen } from '../seen.ts';
import { I13 } from './leader-election.ts';
import { I10, I8, I9 } from './objects.ts';
import { I11 } from './quota.ts';
import { I1, I2 } from './revisions.ts';
import { I12 } from './throttling.ts';
import { I5, I6 } from './watches.ts';
import { I3, I4, I7 } from './writes.ts';

/** An invariant: what it claims, and who throws where it does not hold. */
export interface Invariant {
  readonly claim: string;
  readonly check: (seen: Seen) => void;
}

/** The invariants of the store and the API by their numbers (kubernetes-behaviour.md 9.1). */
export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  I1: { claim: 'revisions rise, one a write that succeeds', check: I1 },
  I2: { claim: 'versions rise, and a list is the state at its revision', check: I2 },
  I3: { claim: 'a consistent list sees what was acknowledged before it', check: I3 },
  I4: { claim: 'of those who replace one version one succeeds', check: I4 },
  I5: { claim: 'a watch tells every change once, in order, or 410', check: I5 },
  I6: { claim: 'a cache shows states that were, and never goes back', check: I6 },
  I7: { claim: 'what was acknowledged is never lost', check: I7 },
  I8: { claim: 'a uid is never used again', check: I8 },
  I9: { claim: 'a generation rises with the spec, and is observed', check: I9 },
  I10: { claim: 'a deletion is final, and waits for finalizers and grace', check: I10 },
  I11: { claim: 'no pod without a charge, no charge beyond the quota', check: I11 },
  I12: { claim: 'no client beyond its rate, no priority level beyond its seats', check: I12 },
  I13: { claim: 'one leader, but for who has not noticed yet', check: I13 },
};
