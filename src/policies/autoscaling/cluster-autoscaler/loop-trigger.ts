import type { ControllerHost } from '../../../sim/policy-api/controllers.ts';
import { PassClock } from '../../controllers/pass-clock.ts';
import type { ClusterAutoscalerSettings } from './settings.ts';

const SCAN = 'scan';
/** A pass that finds nothing to do takes about so long. */
const IDLE_PASS = 2_000;

/** What a loop came to: the size of the cluster was changed, another look is due in any case, or all is as it was. */
export type LoopOutcome = 'changed' | 'unfinished' | 'idle';

/**
 * When the next loop is made: every `scanInterval`, but only where something has changed since the last one or a time is
 * up; at once where pods have just been found to have no place or the last one changed something (`frequentLoops`).
 */
export class LoopTrigger {
  readonly #host: ControllerHost;
  readonly #settings: ClusterAutoscalerSettings;
  readonly #clock: PassClock;
  #changedAt = 0;
  #startedAt = 0;
  #isRunning = false;
  #isUrgent = false;
  #notBefore = -Infinity;

  constructor(host: ControllerHost, settings: ClusterAutoscalerSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#clock = new PassClock(settings.scanInterval, IDLE_PASS, Math.floor(host.random() * settings.scanInterval));
  }

  /** When something last changed that a loop looks at. Microseconds. */
  get changedAt(): number {
    return this.#changedAt;
  }

  /** Something that a loop looks at is not as it was. */
  changed(): void {
    this.#changedAt = this.#host.now();
    // A loop that is under way may not have seen it: another comes afterwards.
    if (!this.#isRunning) this.#armAfter(this.#changedAt);
  }

  /** The next loop need not wait for its time, where settings allow that. */
  hurry(): void {
    if (!this.#settings.frequentLoops) return;
    this.#isUrgent = true;
    this.#host.enqueue(SCAN);
  }

  /** Whether a loop begins now that the queue has come to it. */
  begins(): boolean {
    const now = this.#host.now();
    if (!this.#isUrgent && now < this.#notBefore) {
      // It was armed before a loop that came out of turn.
      this.#armAfter(now);
      return false;
    }
    this.#isUrgent = false;
    this.#isRunning = true;
    this.#startedAt = now;
    return true;
  }

  /**
   * The loop is through.
   *
   * @param due when time alone will make a difference, in microseconds; Infinity: never
   */
  ended(outcome: LoopOutcome, due: number): void {
    const now = this.#host.now();
    const { scanInterval, frequentLoops, everyPass } = this.#settings;
    this.#isRunning = false;
    this.#clock.endedAt(now);
    this.#notBefore = now + scanInterval;
    if (outcome === 'changed' && frequentLoops) this.hurry();
    else if (outcome !== 'idle' || this.#changedAt >= this.#startedAt || everyPass) this.#armAfter(now);
    this.#armAfter(due - 1);
  }

  /** The first loop after a time. */
  #armAfter(time: number): void {
    if (time === Infinity) return;
    const now = this.#host.now();
    this.#host.enqueueAfter(SCAN, this.#clock.after(Math.max(time, now)) - now);
  }
}
