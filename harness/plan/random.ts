/** A seeded source of uniform numbers in [0, 1). */
export type Random = () => number

/**
 * SplitMix32 (Steele, Lea and Flood 2014, 32-bit form): small, fast, and the same on every machine.
 * Two seeds that differ in one bit give unrelated streams, so `seed ^ index` may seed one stream per request.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    mixed ^= mixed >>> 15
    return (mixed >>> 0) / 4_294_967_296
  }
}

/** One 32-bit seed from several numbers (FNV-1a over their 32-bit words). */
export function mixSeed(...parts: readonly number[]): number {
  let hash = 0x811c9dc5
  for (const part of parts) {
    for (let shift = 0; shift < 32; shift += 8) {
      hash = Math.imul(hash ^ ((part >>> shift) & 0xff), 0x01000193)
    }
  }
  return hash >>> 0
}
