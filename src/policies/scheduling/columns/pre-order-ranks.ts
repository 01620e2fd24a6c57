/** Deep enough for a list of two million. */
const LEVELS = 21;

let ranks = new Int32Array(0);

/**
 * The place of each index of an implicit binary heap in its pre-order, for at least `count` indices. Which of two comes
 * first does not hang on how many there are, so one table serves lists of all lengths (semantics sheet 4.7).
 */
export function preOrderRanks(count: number): Int32Array {
  if (ranks.length >= count) return ranks;
  const table = new Int32Array(Math.max(1024, 2 * count));
  let level = 0;
  for (let index = 0; index < table.length; index++) {
    if (index + 1 >= 2 << level) level++;
    const left = 2 * index + 1;
    if (left >= table.length) continue;
    table[left] = table[index]! + 1;
    if (left + 1 < table.length) table[left + 1] = table[index]! + (1 << (LEVELS - level - 1));
  }
  ranks = table;
  return ranks;
}
