/**
 * A controller's sync did not get through: a request was refused, a cache is too old. Throwing it is what returning an
 * error is in Go: the key comes back after the queue's back-off. Any other exception is a mistake in the controller.
 */
export class SyncError extends Error {
  override readonly name = 'SyncError';
}
