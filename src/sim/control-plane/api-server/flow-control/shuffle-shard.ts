import { assert } from '../../../engine/assert.ts';

/**
 * The queues that a flow may use: `handSize` different ones of `queues`, dealt by a hash of the flow as cards are, so that
 * two flows seldom have the same hand and one flow can never fill all queues.
 *
 * @param hash a whole number of [0, 2^52)
 */
export function handOf(hash: number, queues: number, handSize: number): readonly number[] {
  assert(handSize <= queues, 'a hand has no more cards than the deck');
  const hand: number[] = [];
  const taken: number[] = [];
  let rest = hash;
  for (let i = 0; i < handSize; i++) {
    const left = queues - i;
    let card = rest % left;
    rest = Math.floor(rest / left);
    // The card-th of those that are still there.
    for (const one of taken) if (one <= card) card++;
    hand.push(card);
    taken.push(card);
    taken.sort((a, b) => a - b);
  }
  return hand;
}
