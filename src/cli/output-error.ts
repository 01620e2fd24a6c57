/** The output cannot be written: a message for the user, and the exit code that says which kind. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /** It could not be made at all; otherwise writing it failed. */
  readonly creating: boolean;

  constructor(message: string, creating: boolean, cause?: unknown) {
    super(message, { cause });
    this.creating = creating;
  }
}

/** What `act` returns; throws an OutputError that says what could not be done, and why. */
export function attempt<T>(what: string, creating: boolean, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof OutputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new OutputError(`${what}: ${reason}`, creating, error);
  }
}
