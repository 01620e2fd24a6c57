/**
 * A controller's sync did not get through: a request was refused, a cache is too old. Throwing it is what returning an
 * error is in Go: the key comes back after the queue's back-off. Any other exception is a mistake in the controller.
 */
export class SyncError extends Error {
  override readonly name = 'SyncError';

  /** Takes no stack trace: nobody reads it, and taking it costs more than a sync. */
  constructor(message: string) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}
