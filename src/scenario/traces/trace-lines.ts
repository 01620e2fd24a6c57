import { createInterface } from 'node:readline';
import { openTrace } from './open-trace.ts';
import { TraceError, TraceProblems } from './trace-error.ts';

/**
 * Reads a text file line by line, as large as it may be; `.gz` too.
 *
 * @param take is called for each line, counted from 1; what it finds wrong, it adds to the problems
 * @throws TraceError
 */
export async function readLines(
  file: string,
  take: (text: string, line: number, problems: TraceProblems) => void,
): Promise<void> {
  const problems = new TraceProblems(file);
  let line = 0;
  try {
    const source = openTrace(file);
    const failed = new Promise<never>((_, reject) => source.once('error', reject));
    const lines = createInterface({ input: source, crlfDelay: Infinity });
    const read = (async () => {
      for await (const text of lines) take(text, ++line, problems);
    })();
    await Promise.race([read, failed]);
  } catch (error) {
    if (error instanceof TraceError) throw error;
    throw new TraceError([`${file}:${line + 1}: ${(error as Error).message}`]);
  }
  problems.throwIfAny();
}
