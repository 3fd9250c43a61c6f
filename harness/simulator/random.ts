/** A seeded source of uniform numbers in [0, 1). */
export type Random = () => number

/** SplitMix32, the same on every machine. Kept here because the simulator shares no code with the load side. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    return mix32(state) / 4_294_967_296
  }
}

/** Scrambles 32 bits so that neighbouring inputs give unrelated outputs. */
export function mix32(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x21f0aaad)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0x735a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

/** One draw from the normal distribution with mean 0 and deviation 1 (Box and Muller). */
function standardNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()))
  return radius * Math.cos(2 * Math.PI * random())
}

/** One draw from a lognormal distribution with mean exactly 1, so that jitter does not change the average pace. */
export function unitLognormal(random: Random, coefficientOfVariation: number): number {
  if (coefficientOfVariation === 0) return 1
  const variance = Math.log(1 + coefficientOfVariation ** 2)
  return Math.exp(Math.sqrt(variance) * standardNormal(random) - variance / 2)
}
