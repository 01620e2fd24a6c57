/** Which question a probe asks. */
type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** Ages, in microseconds since the container's start, at which its life takes a turn; `Infinity`: never. */
export interface LifeTurns {
  /** From when on it answers at all. */
  readonly upAge: number;
  /** From when on it is ready. */
  readonly readyAge: number;
  readonly exitAge: number;
  readonly exitCode: number;
  /** From SIGTERM to its end. */
  readonly stopDelay: number;
}

/** Exit code of a process that a SIGTERM ended. */
const TERMINATED = 143;

/** One life of a container as a scenario describes it: it comes up, becomes ready, and ends. */
export class ContainerLife implements LifeTurns {
  readonly upAge: number;
  readonly readyAge: number;
  readonly exitAge: number;
  readonly exitCode: number;
  readonly stopDelay: number;
  readonly stopCode = TERMINATED;
  readonly exitReason = undefined;

  constructor(turns: LifeTurns) {
    this.upAge = turns.upAge;
    this.readyAge = Math.max(turns.upAge, turns.readyAge);
    this.exitAge = turns.exitAge;
    this.exitCode = turns.exitCode;
    this.stopDelay = turns.stopDelay;
  }

  passes(probe: ProbeKind, age: number): boolean {
    return age >= this.#turn(probe);
  }

  nextTurn(probe: ProbeKind, age: number): number {
    const turn = this.#turn(probe);
    return age < turn ? turn : Infinity;
  }

  #turn(probe: ProbeKind): number {
    return probe === 'readiness' ? this.readyAge : this.upAge;
  }
}

/** Up and ready at once, until it is stopped. */
export const QUIET_LIFE = new ContainerLife({ upAge: 0, readyAge: 0, exitAge: Infinity, exitCode: 0, stopDelay: 0 });
