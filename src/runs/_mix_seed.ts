/**
 * One 32-bit seed from both numbers. The generator turns close seeds into
 * close first draws, so `seed + epoch` would give neighbouring epochs similar
 * starts, and (1, 2) the order of (2, 1): each word goes through the
 * finaliser of MurmurHash3.
 */
export function mixSeed(seed: number, epoch: number): number {
  const words = [seed, Math.floor(seed / 2 ** 32), epoch];
  return words.reduce((hash, word) => {
    let h = Math.imul(hash ^ word, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
  }, 0x2545f491);
}
