import type { KeyedDraws } from '../../engine/streams.ts';

/** The alphabet of generated names: no vowels, nothing that looks like something else. */
export const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const TWO_TO_32 = 2 ** 32;

/**
 * Mints uids that no other object of a run has. The first group counts, disguised by an odd multiplier (a bijection of
 * 32 bits); the rest is drawn.
 */
export class UidMint {
  readonly #draws: KeyedDraws;
  #minted = 0;

  constructor(draws: KeyedDraws) {
    this.#draws = draws;
  }

  mint(): string {
    const n = this.#minted++;
    const draw = this.#draws.uniform(n, 0) * TWO_TO_32;
    const first = hex8(Math.imul(n, 0x9e3779b1) ^ 0x5bd1e995);
    const low = hex8(draw);
    const high = hex8(Math.imul(draw | 0, 0x85ebca6b) ^ n);
    return `${first}-${low.slice(0, 4)}-4${low.slice(5)}-a${high.slice(0, 3)}-${high}${low.slice(2, 6)}`;
  }
}

function hex8(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

/** Five characters, the n-th suffix of a stream. */
export function nameSuffix(draws: KeyedDraws, n: number, length = 5): string {
  let rest = Math.floor(draws.uniform(n, 0) * TWO_TO_32);
  let suffix = '';
  for (let i = 0; i < length; i++) {
    suffix += NAME_ALPHABET[rest % 27]!;
    rest = Math.floor(rest / 27);
  }
  return suffix;
}
