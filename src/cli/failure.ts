import { ControllerModuleError } from '../policies/controllers/own-controller.ts';
import { SchedulerModuleError } from '../policies/scheduling/own-scheduler.ts';
import { ProfileError } from '../policies/scheduling/profile.ts';
import { PolicyError } from '../sim/policy-api/policy-error.ts';
import { formatDuration } from '../sim/engine/time.ts';
import { renderProblems } from '../scenario/render-problem.ts';
import { RedisError } from '../experiment/redis/connection.ts';
import { ExperimentError } from '../experiment/vary.ts';
import { ScenarioError } from '../scenario/scenario-error.ts';
import { TraceError } from '../scenario/traces/trace-error.ts';
import { ExitCode } from './exit-codes.ts';
import { MissingFolderError } from './missing-folder-error.ts';
import { OutputError } from './output-error.ts';

/** What a failed run was: enough to repeat it. */
export interface RunContext {
  /** The command that repeats the run. */
  readonly replay: string;
  readonly seed: string;
  /** Microseconds. */
  readonly at: number;
  readonly event: number;
  readonly fingerprint: string;
}

/** A run that died: the cause, and where it was. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure';
  readonly context: RunContext;

  constructor(cause: unknown, context: RunContext) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.context = context;
  }
}

export interface Failure {
  readonly message: string;
  readonly code: ExitCode;
}

export interface FailureOptions {
  readonly color?: boolean;
  readonly most?: number;
  readonly debug?: boolean;
}

/** Whatever went wrong, as a message for the user and an exit code. Stack traces only where they help us. */
export function failureOf(error: unknown, options: FailureOptions = {}): Failure {
  if (error instanceof ScenarioError) {
    const { color = process.stderr.isTTY === true, most = 20 } = options;
    return {
      message: renderProblems(error.problems, { color, most, dropped: error.dropped }),
      code: error.exitCode as ExitCode,
    };
  }
  if (error instanceof TraceError) {
    const lines = error.problems.map((problem) => `error: ${problem}\n`);
    return { message: lines.join(''), code: error.exitCode as ExitCode };
  }
  if (error instanceof RedisError || error instanceof MissingFolderError)
    return { message: `error: ${error.message}\n`, code: ExitCode.InputMissing };
  if (error instanceof ExperimentError) return { message: `error: ${error.message}\n`, code: ExitCode.InputInvalid };
  if (error instanceof OutputError) {
    return {
      message: `error: ${error.message}\n`,
      code: error.creating ? ExitCode.CannotCreate : ExitCode.WriteFailed,
    };
  }
  const cause = error instanceof RunFailure ? error.cause : error;
  if (
    cause instanceof ControllerModuleError ||
    cause instanceof SchedulerModuleError ||
    cause instanceof ProfileError
  ) {
    return { message: `error: ${cause.message}\n`, code: ExitCode.InputInvalid };
  }
  const where = error instanceof RunFailure ? placeOf(error.context) : '';
  if (cause instanceof PolicyError) {
    return {
      message: `error: a policy failed at ${formatDuration(cause.at)} of simulated time\n  ${cause.message}\n${where}${trace(cause.cause ?? cause, options)}`,
      code: ExitCode.Policy,
    };
  }
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return {
    message: `internal error: ${text}\n  This is a mistake of Orrery, not of your input. Please report it with the lines below.\n${where}${trace(cause, { debug: true })}`,
    code: ExitCode.Internal,
  };
}

function placeOf(context: RunContext): string {
  return (
    `  seed ${context.seed}, at ${formatDuration(context.at)}, event ${context.event}, fingerprint ${context.fingerprint}\n` +
    `  repeat it with: ${context.replay}\n`
  );
}

function trace(error: unknown, options: FailureOptions): string {
  if (options.debug !== true || !(error instanceof Error) || error.stack === undefined) return '';
  return error.stack
    .split('\n')
    .slice(1, 8)
    .map((line) => line + '\n')
    .join('');
}
