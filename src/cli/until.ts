import { CommanderError } from 'commander';
import { DurationError, parseDuration } from '../sim/engine/time.ts';

/** The value of `--until` in microseconds. */
export function untilMicros(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    const message = `error: option '--until <duration>': ${error.message}`;
    process.stderr.write(message + '\n');
    throw new CommanderError(2, 'orrery.until', message);
  }
}
