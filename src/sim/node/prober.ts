import type { Engine, EventKind } from '../engine/engine.ts';
import type { Probe } from '../api/pod.ts';
import type { ContainerRecord } from './container.ts';
import type { ProbeKind } from './container-behaviour.ts';
import { wholeSecond } from './pod-conditions.ts';
import { NO_EVENT } from './no-event.ts';

/** Between a status that shows a container up but not ready, and the readiness probe it calls for [REC 4.5: 2 to 20 ms]. */
const POKE_DELAY = 5_000;
const MICROS_PER_SECOND = 1_000_000;

export const PROBE_KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];

/** One probe of one container: its ticker, and the results in a row. */
export interface ProbeWorker {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  /** Ticks come at `origin` and every period from then on. */
  origin: number;
  event: number;
  /** What it has decided. Liveness begins well, readiness unwell, startup undecided. */
  result: boolean | undefined;
  lastOutcome: boolean | undefined;
  inARow: number;
}

/** Whom the prober tells. */
export interface ProbeListener {
  probeFailed(container: ContainerRecord, worker: ProbeWorker): void;
  probeDecided(container: ContainerRecord, worker: ProbeWorker, ok: boolean): void;
}

/**
 * Probes (kubernetes-behaviour.md 4.5). A probe whose answer is known to stay what it is costs no event: the next tick
 * that could find something new follows from the container's life by arithmetic. A probe that fails is made every time,
 * since every failure is an Event.
 */
export class Prober {
  readonly #engine: Engine;
  readonly #tick: EventKind;

  /** `tick` has the pod's slot and {@link probeOperand} as operands. */
  constructor(engine: Engine, tick: EventKind) {
    this.#engine = engine;
    this.#tick = tick;
  }

  /** The probes of a container. `firstSync`, the pod's first sync, is where liveness and startup tickers count from. */
  workersOf(container: ContainerRecord, firstSync: number): readonly ProbeWorker[] {
    if (container.probes !== undefined) return container.probes;
    const workers: ProbeWorker[] = [];
    for (const kind of PROBE_KINDS) {
      const probe = probeOf(container, kind);
      if (probe === undefined) continue;
      workers.push({
        kind,
        probe,
        origin: firstSync,
        event: NO_EVENT,
        result: undefined,
        lastOutcome: undefined,
        inARow: 0,
      });
    }
    container.probes = workers;
    return workers;
  }

  /** A new life has begun, and a status shows it. */
  begin(slot: number, container: ContainerRecord): void {
    for (const worker of container.probes ?? []) {
      worker.result = worker.kind === 'startup' ? undefined : worker.kind === 'liveness';
      worker.lastOutcome = undefined;
      worker.inARow = 0;
      if (worker.kind !== 'readiness') this.#schedule(slot, container, worker, this.#engine.now);
    }
  }

  /** A status was made: where a container is up and not ready, its readiness is looked at soon, and then by the period. */
  poke(slot: number, container: ContainerRecord): void {
    for (const worker of container.probes ?? []) {
      if (worker.kind !== 'readiness' || worker.result === true) continue;
      const { now } = this.#engine;
      if (worker.event !== NO_EVENT && worker.origin > now) return;
      this.#engine.cancel(worker.event);
      worker.origin = now + POKE_DELAY;
      this.#schedule(slot, container, worker, worker.origin);
    }
  }

  /** Startup has succeeded: the others may begin. */
  release(slot: number, container: ContainerRecord): void {
    for (const worker of container.probes ?? []) {
      if (worker.kind === 'liveness') this.#schedule(slot, container, worker, this.#engine.now + 1);
    }
  }

  /**
   * The pod is being ended: of its probes only readiness goes on, and a command's not even that, since the context it
   * runs in is cancelled [REC 4.5].
   */
  podEnds(container: ContainerRecord): void {
    for (const worker of container.probes ?? []) {
      if (worker.kind === 'readiness' && worker.probe.exec === undefined) continue;
      this.#engine.cancel(worker.event);
      worker.event = NO_EVENT;
    }
  }

  /** The container has ended. */
  stop(container: ContainerRecord): void {
    for (const worker of container.probes ?? []) {
      this.#engine.cancel(worker.event);
      worker.event = NO_EVENT;
    }
  }

  /** A tick: one probe is made. */
  probe(slot: number, container: ContainerRecord, index: number, listener: ProbeListener): void {
    const worker = container.probes![index]!;
    worker.event = NO_EVENT;
    const { now } = this.#engine;
    const ok = container.life!.passes(worker.kind, now - container.startedAt);
    if (!ok) listener.probeFailed(container, worker);
    worker.inARow = worker.lastOutcome === ok ? worker.inARow + 1 : 1;
    worker.lastOutcome = ok;
    const threshold = ok ? (worker.probe.successThreshold ?? 1) : (worker.probe.failureThreshold ?? 3);
    if (worker.inARow >= threshold && worker.result !== ok) {
      worker.result = ok;
      // What condemns a container is held until the next one; a startup probe that succeeded has done its work.
      const done = worker.kind === 'startup' || (worker.kind === 'liveness' && !ok);
      if (!done) this.#schedule(slot, container, worker, now + 1);
      listener.probeDecided(container, worker, ok);
    } else {
      this.#schedule(slot, container, worker, now + 1);
    }
  }

  #schedule(slot: number, container: ContainerRecord, worker: ProbeWorker, from: number): void {
    if (worker.kind === 'liveness' && !container.started) return;
    const { life } = container;
    if (life === undefined) return;
    const delay = (worker.probe.initialDelaySeconds ?? 0) * MICROS_PER_SECOND;
    const period = (worker.probe.periodSeconds ?? 10) * MICROS_PER_SECOND;
    let at = nextTick(worker.origin, period, Math.max(from, wholeSecond(container.startedAt) + delay));
    let age = at - container.startedAt;
    while (worker.result === true && life.passes(worker.kind, age)) {
      const turn = life.nextTurn(worker.kind, age);
      if (turn === Infinity) return;
      worker.inARow = 0;
      at = nextTick(worker.origin, period, container.startedAt + turn);
      age = at - container.startedAt;
    }
    worker.event = this.#engine.at(at, this.#tick, slot, probeOperand(container, worker));
  }
}

/** The first tick at or after a time. */
export function nextTick(origin: number, period: number, time: number): number {
  if (time <= origin) return origin;
  return origin + Math.ceil((time - origin) / period) * period;
}

const PROBES_PER_CONTAINER = 4;

/** Container and probe in one operand. */
function probeOperand(container: ContainerRecord, worker: ProbeWorker): number {
  return container.index * PROBES_PER_CONTAINER + container.probes!.indexOf(worker);
}

export function containerOfOperand(operand: number): number {
  return Math.floor(operand / PROBES_PER_CONTAINER);
}

export function probeOfOperand(operand: number): number {
  return operand % PROBES_PER_CONTAINER;
}

function probeOf(container: ContainerRecord, kind: ProbeKind): Probe | undefined {
  const { spec } = container;
  if (kind === 'startup') return spec.startupProbe;
  return kind === 'liveness' ? spec.livenessProbe : spec.readinessProbe;
}

export function hasProbe(container: ContainerRecord, kind: ProbeKind): boolean {
  return probeOf(container, kind) !== undefined;
}

/** What stands in the Event of a failed probe. The word that a real endpoint would answer is not simulated. */
export function probeFailure(worker: ProbeWorker): string {
  const { kind, probe } = worker;
  const name = kind === 'startup' ? 'Startup' : kind === 'liveness' ? 'Liveness' : 'Readiness';
  let what = 'exit 1';
  if (probe.httpGet !== undefined) what = 'HTTP probe failed with statuscode: 503';
  else if (probe.tcpSocket !== undefined) what = 'connection refused';
  else if (probe.grpc !== undefined) what = 'service unhealthy (responded with "NOT_SERVING")';
  return name + ' probe failed: ' + what;
}
