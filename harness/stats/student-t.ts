import { gammaln } from 'simple-statistics'

/**
 * Quantile of Student's t distribution: the x with P(T <= x) = p, for p in (0.5, 1) and `degrees` > 0.
 * Bisection on the regularised incomplete beta function; accurate to 1e-10, tested against published tables.
 */
export function studentTQuantile(p: number, degrees: number): number {
  if (!(p > 0.5 && p < 1) || !(degrees > 0)) throw new RangeError(`no t quantile for p = ${p}, ${degrees} degrees`)
  // whole degrees come back with every trial and metric
  if (!Number.isInteger(degrees)) return bisected(p, degrees)
  const key = `${p} ${degrees}`
  const quantile = known.get(key) ?? bisected(p, degrees)
  known.set(key, quantile)
  return quantile
}

/** Quantiles of whole degrees: few p, at most `MOST_DEGREES` of welch.ts. */
const known = new Map<string, number>()

function bisected(p: number, degrees: number): number {
  let low = 0
  let high = 1
  while (studentTCdf(high, degrees) < p) high *= 2
  for (let step = 0; step < 200 && high - low > 1e-12 * high; step += 1) {
    const middle = (low + high) / 2
    if (studentTCdf(middle, degrees) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(T <= x) for x >= 0: 1 - I(v / (v + x²); v/2, 1/2) / 2 (Abramowitz and Stegun 26.7.1). */
export function studentTCdf(x: number, degrees: number): number {
  if (x < 0) return 1 - studentTCdf(-x, degrees)
  return 1 - incompleteBeta(degrees / (degrees + x * x), degrees / 2, 0.5) / 2
}

/** Regularised incomplete beta I(x; a, b) by its continued fraction (Numerical Recipes, 3rd edition, section 6.4). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x))
  return (front * betaFraction(x, a, b)) / a
}

/** Modified Lentz evaluation of the fraction. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const safe = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1))
  let sum = d
  for (let m = 1; m < 1000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / safe(1 + even * d)
    c = safe(1 + even / c)
    sum *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / safe(1 + odd * d)
    c = safe(1 + odd / c)
    const change = d * c
    sum *= change
    if (Math.abs(change - 1) < 1e-15) break
  }
  return sum
}
