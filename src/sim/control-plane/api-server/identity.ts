import type { Kind } from '../../api/kinds.ts';
import type { KeyedDraws } from '../../engine/streams.ts';

/** The alphabet of generated names: no vowels, nothing that looks like something else. */
export const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const TWO_TO_32 = 2 ** 32;
const LAST = 0xffff_ffff;

/**
 * Mints uids that no other object of a run has. The first group counts, disguised by an odd multiplier (a bijection of
 * 32 bits); the rest is drawn.
 */
export class UidMint {
  readonly #draws: KeyedDraws;
  #minted = 0;
  #leases = 0;

  constructor(draws: KeyedDraws) {
    this.#draws = draws;
  }

  /** Leases count from the other end: whether nodes write theirs or not, everybody else has the same uid, and ties with it. */
  mint(kind: Kind): string {
    const n = kind === 'Lease' ? LAST - this.#leases++ : this.#minted++;
    const draw = this.#draws.uniform(n, 0) * TWO_TO_32;
    return spelt(Math.imul(n, 0x9e3779b1) ^ 0x5bd1e995, draw | 0, Math.imul(draw | 0, 0x85ebca6b) ^ n);
  }
}

/** Three words of 32 bits in the groups of a uid of version 4, as one flat string made at once. */
function spelt(first: number, low: number, high: number): string {
  return String.fromCharCode(
    digit(first, 28),
    digit(first, 24),
    digit(first, 20),
    digit(first, 16),
    digit(first, 12),
    digit(first, 8),
    digit(first, 4),
    digit(first, 0),
    DASH,
    digit(low, 28),
    digit(low, 24),
    digit(low, 20),
    digit(low, 16),
    DASH,
    VERSION,
    digit(low, 8),
    digit(low, 4),
    digit(low, 0),
    DASH,
    VARIANT,
    digit(high, 28),
    digit(high, 24),
    digit(high, 20),
    DASH,
    digit(high, 28),
    digit(high, 24),
    digit(high, 20),
    digit(high, 16),
    digit(high, 12),
    digit(high, 8),
    digit(high, 4),
    digit(high, 0),
    digit(low, 20),
    digit(low, 16),
    digit(low, 12),
    digit(low, 8),
  );
}

const DASH = 0x2d;
/** `4`, and `a`. */
const VERSION = 0x34;
const VARIANT = 0x61;

/** The character code of four bits, as a hexadecimal digit. */
function digit(word: number, shift: number): number {
  const bits = (word >>> shift) & 15;
  return bits < 10 ? 0x30 + bits : 0x57 + bits;
}

/** Five characters, the n-th suffix of a stream. */
export function nameSuffix(draws: KeyedDraws, n: number, length = 5): string {
  let rest = Math.floor(draws.uniform(n, 0) * TWO_TO_32);
  if (length === 5) {
    return String.fromCharCode(
      letter(rest),
      letter(rest / 27),
      letter(rest / 729),
      letter(rest / 19_683),
      letter(rest / 531_441),
    );
  }
  let suffix = '';
  for (let i = 0; i < length; i++) {
    suffix += NAME_ALPHABET[rest % 27]!;
    rest = Math.floor(rest / 27);
  }
  return suffix;
}

/** The character code of the last letter of a whole number written in letters; what is behind its point is cut off. */
function letter(rest: number): number {
  return NAME_ALPHABET.charCodeAt(Math.floor(rest) % 27);
}
