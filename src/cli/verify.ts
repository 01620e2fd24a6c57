import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { divergence } from '../sim/engine/checkpoints.ts';
import { formatDuration } from '../sim/engine/time.ts';
import { firstDifference, type TraceRow } from '../sim/engine/trace.ts';
import { ExitCode } from './exit-codes.ts';
import type { HistoryAnswer, HistoryOptions } from './history.ts';

interface VerifyOptions extends HistoryOptions {
  readonly node?: readonly string[];
}

/** `orrery verify`: two fresh processes, the same history; else the first event that differs. */
export async function verify(path: string, options: VerifyOptions): Promise<void> {
  const binaries = options.node ?? [process.execPath];
  const left = binaries[0]!;
  const right = binaries[1] ?? left;
  const [one, other] = await both((binary) => ask(binary, path, options), left, right);
  if (one === undefined || other === undefined) return;
  const window = divergence(one.history, other.history);
  if (window === undefined) {
    process.stdout.write(`the same twice: ${describe(one)}\n`);
    process.exitCode = ExitCode.Ok;
    return;
  }
  const to = Number.isFinite(window.to) ? window.to : Math.max(one.history.events, other.history.events) + 1;
  const [first, second] = await both((binary) => ask(binary, path, { ...options, from: window.from, to }), left, right);
  process.stdout.write(`not the same:\n  ${describe(one)}\n  ${describe(other)}\n`);
  const difference = first && second && firstDifference(first.window, second.window);
  if (difference === undefined) {
    process.stdout.write(`  the runs differ between events ${window.from} and ${to}, but not when traced again\n`);
  } else {
    const what = difference.what === 'draws' ? 'whose handler drew other numbers' : 'that differs';
    process.stdout.write(
      `the first event ${what} is number ${difference.number}:\n  ${row(difference.left)}\n  ${row(difference.right)}\n`,
    );
  }
  process.exitCode = ExitCode.Nondeterminism;
}

/** One after the other: two big runs at once would share the memory of a small machine. */
async function both<T>(act: (binary: string) => Promise<T>, left: string, right: string): Promise<[T, T]> {
  const first = await act(left);
  return [first, await act(right)];
}

/** Asks a fresh process for the history of the run. What it says on standard error is shown, and ends the command. */
async function ask(binary: string, path: string, options: HistoryOptions): Promise<HistoryAnswer | undefined> {
  const entry = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url));
  const args = [...process.execArgv, entry, 'history', path];
  if (options.seed !== undefined) args.push('--seed', options.seed);
  for (const one of options.set ?? []) args.push('--set', one);
  if (options.until !== undefined) args.push('--until', String(options.until));
  if (options.from !== undefined) args.push('--from', String(options.from), '--to', String(options.to));
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number>((done, fail) => {
    child.on('error', fail);
    child.on('close', (status) => done(status ?? ExitCode.Internal));
  });
  if (code !== 0) {
    process.exitCode = code;
    return undefined;
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as HistoryAnswer;
}

function describe({ history, endedAt }: HistoryAnswer): string {
  return `fingerprint ${history.fingerprint}, ${history.events} events, ended at ${formatDuration(endedAt)}`;
}

function row(event: TraceRow | undefined): string {
  if (event === undefined) return '(no such event)';
  return `at ${formatDuration(event.time)}: ${event.kind} (${event.a}, ${event.b})`;
}
