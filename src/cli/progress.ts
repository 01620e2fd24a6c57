import { SingleBar } from 'cli-progress';
import { formatDuration } from '../sim/engine/time.ts';
import type { Simulation } from '../sim/simulation.ts';

/** Shows how far a run is, on a terminal; says nothing in a pipe. */
export interface Progress {
  update(): void;
  stop(): void;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };
const REDRAW_MILLIS = 100;

export function progressOf(simulation: Simulation, wanted: boolean): Progress {
  if (!wanted || process.stderr.isTTY !== true) return SILENT;
  const bar = new SingleBar({
    format: '{bar} {time} simulated | {events} events, {rate}/s | {pods} pods, {running} running',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    barsize: 24,
    fps: 1_000 / REDRAW_MILLIS,
  });
  const startedAt = performance.now();
  let drawnAt = -Infinity;
  const facts = (): Record<string, string> => {
    const { engine, recorder, now } = simulation;
    const elapsed = (performance.now() - startedAt) / 1_000;
    return {
      time: formatDuration(now - (now % 1_000_000)),
      events: String(engine.dispatched),
      rate: elapsed > 0 ? String(Math.round(engine.dispatched / elapsed)) : '-',
      pods: String(recorder.pods.created - recorder.pods.removed),
      running: String(recorder.pods.running),
    };
  };
  bar.start(simulation.end, 0, facts());
  return {
    update: () => {
      const now = performance.now();
      if (now - drawnAt < REDRAW_MILLIS) return;
      drawnAt = now;
      bar.update(Math.min(simulation.now, simulation.end), facts());
    },
    stop: () => bar.stop(),
  };
}
