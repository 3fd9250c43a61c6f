import type { Random } from '../plan/random.ts'

/** One draw from the normal distribution (Box and Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** One draw from Student's t with 3 degrees, divided by its standard deviation √3. */
export function heavyTailed(random: Random): number {
  const square = normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2
  return normal(random) / Math.sqrt(square / 3) / Math.sqrt(3)
}

/** Values of mean 0 and standard deviation 1, each correlated with the one before it: a stationary AR(1) process. */
export class NoiseStream {
  readonly #draw: () => number
  readonly #correlation: number
  #last: number | null = null

  constructor(random: Random, correlation: number, heavyTails: boolean) {
    this.#draw = () => (heavyTails ? heavyTailed(random) : normal(random))
    this.#correlation = correlation
  }

  next(): number {
    const fresh = this.#draw()
    this.#last =
      this.#last === null ? fresh : this.#correlation * this.#last + Math.sqrt(1 - this.#correlation ** 2) * fresh
    return this.#last
  }
}
