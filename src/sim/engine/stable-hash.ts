/**
 * A whole number of [0, 2^52) that depends on a text alone: the entity under which keyed draws know a pod, a node or an
 * image. Two 32-bit multiplicative hashes side by side; among a million texts a collision has a chance of about 1e-4,
 * and two entities that collide only share their luck.
 */
export function stableHash(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x2f0b4c47;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
    high ^= high >>> 15;
  }
  low ^= low >>> 16;
  low = Math.imul(low, 0x85ebca6b);
  low ^= low >>> 13;
  return (low >>> 0) + (high & 0xfffff) * 4_294_967_296;
}
