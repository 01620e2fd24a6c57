/**
 * Something that cannot happen did: the simulator itself is wrong. Whoever runs a simulation adds seed, time, event
 * number and the command that repeats it.
 */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws an {@link AssertionError} with the message unless the condition holds. Stays on in production. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** For the branch of a switch that no value can reach; the compiler checks that. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable value: ${String(value)}`);
}
