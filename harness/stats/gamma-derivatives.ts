/** From here on the asymptotic series of both functions are accurate to 1e-12. */
const FAR = 10

/** Digamma, the derivative of ln Γ, for x > 0: recurrence, then Abramowitz and Stegun 6.3.18. */
export function digamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`no digamma of ${x}`)
  let [at, sum] = [x, 0]
  for (; at < FAR; at += 1) sum -= 1 / at
  const u = 1 / (at * at)
  return sum + Math.log(at) - 1 / (2 * at) - u * (1 / 12 - u * (1 / 120 - u * (1 / 252 - u * (1 / 240 - u / 132))))
}

/** Trigamma, the second derivative of ln Γ, for x > 0: recurrence, then Abramowitz and Stegun 6.4.12. */
export function trigamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`no trigamma of ${x}`)
  let [at, sum] = [x, 0]
  for (; at < FAR; at += 1) sum += 1 / (at * at)
  const u = 1 / (at * at)
  return sum + 1 / at + u / 2 + (u / at) * (1 / 6 - u * (1 / 30 - u * (1 / 42 - u * (1 / 30 - (5 * u) / 66))))
}

/** The x > 0 with trigamma(x) = y > 0, by bisection on log x: trigamma falls from infinity to 0. */
export function trigammaInverse(y: number): number {
  if (!(y > 0)) throw new RangeError(`no inverse trigamma of ${y}`)
  let [low, high] = [-30, 30]
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2
    if (trigamma(Math.exp(middle)) > y) low = middle
    else high = middle
  }
  return Math.exp((low + high) / 2)
}
