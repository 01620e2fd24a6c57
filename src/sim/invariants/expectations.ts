import type { Change } from '../api/change.ts';
import type { Expectation } from '../scenario/expectations.ts';
import { trackerOf, type ConditionTracker, type Verdict } from './condition-tracker.ts';

/** How an expectation ended. */
export interface ExpectationOutcome {
  readonly text: string;
  readonly held: boolean;
  /** Microseconds; undefined when it held. */
  readonly brokenAt: number | undefined;
  readonly detail: string;
}

interface Followed {
  readonly expectation: Expectation;
  readonly tracker: ConditionTracker;
  /** An `always` without a beginning counts from the first moment at which it holds. */
  begun: boolean;
  judged: boolean;
  brokenAt: number | undefined;
  detail: string;
}

/**
 * Watches the scenario's expectations on the true state: what is committed, not what some cache holds. It hears of every
 * commit, and of the moments at which an expectation falls due.
 */
export class Expectations {
  readonly #followed: Followed[];

  constructor(expectations: readonly Expectation[]) {
    this.#followed = expectations.map((expectation) => ({
      expectation,
      tracker: trackerOf(expectation.condition),
      begun: false,
      judged: false,
      brokenAt: undefined,
      detail: '',
    }));
  }

  /** The moments at which somebody has to call `dueAt`, in microseconds. */
  moments(): readonly number[] {
    const moments = new Set<number>();
    for (const { expectation } of this.#followed) {
      if (expectation.when.kind === 'at') moments.add(expectation.when.atMicros);
      else if (expectation.when.kind === 'always' && expectation.when.fromMicros > 0) {
        moments.add(expectation.when.fromMicros);
      }
    }
    return [...moments].sort((a, b) => a - b);
  }

  committed(change: Change, at: number): void {
    for (const followed of this.#followed) {
      followed.tracker.observe(change);
      const { when } = followed.expectation;
      if (when.kind === 'always' && followed.brokenAt === undefined) this.#always(followed, when.fromMicros, at);
    }
  }

  dueAt(at: number): void {
    for (const followed of this.#followed) {
      const { when } = followed.expectation;
      if (when.kind === 'at' && when.atMicros === at) judge(followed, followed.tracker.verdict(), at);
      else if (when.kind === 'always' && when.fromMicros === at) this.#always(followed, when.fromMicros, at);
    }
  }

  /** The end of the run: what never fell due is broken, and says so. */
  finish(at: number): readonly ExpectationOutcome[] {
    return this.#followed.map((followed) => {
      const { when, text } = followed.expectation;
      const verdict = followed.tracker.verdict();
      if (when.kind === 'end') judge(followed, verdict, at);
      else if (when.kind === 'at' && !followed.judged) {
        breaks(followed, at, 'the run ended before that');
      } else if (when.kind === 'always' && !followed.begun) {
        breaks(followed, at, when.fromMicros > 0 ? 'the run ended before that' : `it never held: ${verdict.detail}`);
      }
      return {
        text,
        held: followed.brokenAt === undefined,
        brokenAt: followed.brokenAt,
        detail: followed.brokenAt === undefined ? verdict.detail : followed.detail,
      };
    });
  }

  #always(followed: Followed, fromMicros: number, at: number): void {
    if (at < fromMicros) return;
    const verdict = followed.tracker.verdict();
    if (!followed.begun) {
      if (fromMicros === 0 && !verdict.holds) return;
      followed.begun = true;
    }
    if (!verdict.holds) breaks(followed, at, verdict.detail);
  }
}

function judge(followed: Followed, verdict: Verdict, at: number): void {
  followed.judged = true;
  followed.begun = true;
  if (!verdict.holds) breaks(followed, at, verdict.detail);
}

function breaks(followed: Followed, at: number, detail: string): void {
  if (followed.brokenAt !== undefined) return;
  followed.brokenAt = at;
  followed.detail = detail;
}
