import { SingleBar } from 'cli-progress';

/** Shows how many of some jobs are done and when the rest will be, on a terminal; says nothing in a pipe. */
export interface JobProgress {
  done(): void;
  stop(): void;
}

const SILENT: JobProgress = { done: () => undefined, stop: () => undefined };

export function jobProgress(total: number, wanted = true): JobProgress {
  if (!wanted || process.stderr.isTTY !== true) return SILENT;
  const bar = new SingleBar({
    format: '{bar} {value} of {total} runs, {eta_formatted} to go',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    barsize: 24,
    etaBuffer: 20,
  });
  bar.start(total, 0);
  return { done: () => bar.increment(), stop: () => bar.stop() };
}
