import { errorFunction, probit } from 'simple-statistics'
import type { Length, LengthDistribution } from './length-schema.ts'

/** Densities below this are beyond the precision of the library's error function (1.2e-7). */
const LEAST_DENSITY = 1e-4
/** Points of the quadrature by which a mean is found; its error is far below one token. */
const QUADRATURE_POINTS = 2048

/**
 * The length at a share of the distribution, 0 to 1: a whole number of tokens within the bounds. A uniform share gives
 * lengths of the distribution cut at its bounds, because the share is of what lies between them (inverse transform).
 */
export function lengthAt(length: Length, share: number): number {
  if (typeof length === 'number') return length
  switch (length.distribution) {
    case 'uniform':
      return within(length, Math.floor(length.min + share * (length.max - length.min + 1)))
    case 'normal':
      return within(length, Math.round(cutNormal(share, { ...length, low: length.min, high: length.max })))
    case 'lognormal': {
      const { mean, deviation, min, max } = length
      // the logarithm is normal with this variance and mean
      const variance = Math.log1p((deviation / mean) ** 2)
      const logs = { mean: Math.log(mean) - variance / 2, deviation: Math.sqrt(variance) }
      return within(
        length,
        Math.round(Math.exp(cutNormal(share, { ...logs, low: Math.log(min), high: Math.log(max) }))),
      )
    }
    case 'empirical': {
      const values = valuesOf(length)
      return values[Math.min(values.length - 1, Math.floor(share * values.length))] as number
    }
  }
}

/** The mean of a function of the length, by default of the length itself. */
export function meanLength(length: Length, of: (tokens: number) => number = (tokens) => tokens): number {
  if (typeof length === 'number') return of(length)
  if (length.distribution === 'empirical') {
    const values = valuesOf(length)
    return values.reduce((sum, tokens) => sum + of(tokens), 0) / values.length
  }
  let sum = 0
  for (let point = 0; point < QUADRATURE_POINTS; point += 1) {
    sum += of(lengthAt(length, (point + 0.5) / QUADRATURE_POINTS))
  }
  return sum / QUADRATURE_POINTS
}

/** The shortest length in tokens. */
export const leastLength = (length: Length): number =>
  typeof length === 'number'
    ? length
    : length.distribution === 'empirical'
      ? (valuesOf(length)[0] as number)
      : length.min

/** The longest length in tokens. */
export const mostLength = (length: Length): number =>
  typeof length === 'number'
    ? length
    : length.distribution === 'empirical'
      ? (valuesOf(length).at(-1) as number)
      : length.max

/**
 * The longest request that a scenario states, in tokens. Prompts of a file are counted by the server only: such a request
 * has at least these tokens.
 */
export const statedContextTokens = (request: {
  readonly prompt: { readonly tokens?: Length | undefined }
  readonly output: { readonly tokens: Length }
}): number =>
  (request.prompt.tokens === undefined ? 1 : mostLength(request.prompt.tokens)) + mostLength(request.output.tokens)

/**
 * A mean that `count` lengths drawn at once are not below: the mean less three standard errors, and no less than the
 * shortest. A physical limit uses it, because a load may by chance have shorter requests than its distribution.
 */
export function leastMeanLength(length: Length, count: number): number {
  if (typeof length === 'number') return length
  const mean = meanLength(length)
  const deviation = Math.sqrt(meanLength(length, (tokens) => (tokens - mean) ** 2))
  return Math.max(leastLength(length), mean - (3 * deviation) / Math.sqrt(Math.max(1, count)))
}

/** The same lengths divided by a number, each at least `least` tokens. */
export function shortenedLength(length: Length, divisor: number, least = 1): Length {
  const shorter = (tokens: number) => Math.max(least, Math.ceil(tokens / divisor))
  if (typeof length === 'number') return shorter(length)
  switch (length.distribution) {
    case 'uniform':
      return { ...length, min: shorter(length.min), max: shorter(length.max) }
    case 'empirical':
      return { ...length, values: valuesOf(length).map(shorter) }
    default: {
      const { min, max, mean, deviation } = length
      return {
        ...length,
        min: shorter(min),
        max: shorter(max),
        mean: Math.max(least, mean / divisor),
        deviation: deviation / divisor,
      }
    }
  }
}

/** A length as reports show it: `512`, or `about 800 (lognormal, 16 to 8000)`. */
export function lengthText(length: Length): string {
  if (typeof length === 'number') return String(length)
  return `about ${Math.round(meanLength(length))} (${length.distribution}, ${leastLength(length)} to ${mostLength(length)})`
}

const within = ({ min, max }: { min: number; max: number }, tokens: number): number =>
  Math.min(max, Math.max(min, tokens))

const valuesOf = (length: Extract<LengthDistribution, { distribution: 'empirical' }>): readonly number[] => {
  if (length.values === undefined) throw new TypeError(`the lengths of ${length.file} were not read`)
  return length.values
}

interface CutNormal {
  readonly mean: number
  readonly deviation: number
  readonly low: number
  readonly high: number
}

/** The value at a share of a normal distribution that is cut at both ends. */
function cutNormal(share: number, { mean, deviation, low, high }: CutNormal): number {
  const [from, to] = [normalShare((low - mean) / deviation), normalShare((high - mean) / deviation)]
  return Math.min(high, Math.max(low, mean + deviation * normalAt(from + share * (to - from))))
}

/**
 * The value of a standard normal distribution below which a share of it lies: the approximation of the library, made exact
 * to a millionth by two steps of Newton, where the density is large enough for them.
 */
function normalAt(share: number): number {
  // the library takes 0 for 0.0001, which is not the least value; the bounds are
  if (share <= 0) return Number.NEGATIVE_INFINITY
  if (share >= 1) return Number.POSITIVE_INFINITY
  let value = probit(share)
  for (let step = 0; step < 2; step += 1) {
    const density = Math.exp((-value * value) / 2) / Math.sqrt(2 * Math.PI)
    if (density < LEAST_DENSITY) break
    value -= (normalShare(value) - share) / density
  }
  return value
}

/** The share of a standard normal distribution below a value. */
const normalShare = (value: number): number => (1 + errorFunction(value / Math.SQRT2)) / 2
