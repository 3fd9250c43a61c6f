/** Lower and upper end of a value; the same for an exact one. */
export interface Range {
  readonly low: number
  readonly high: number
}

type Lookup = (name: string) => Range | null

const tokenPattern = /\s*(?:(\d+(?:\.\d+)?)|([a-z_][\w.]*(?:-\w[\w.]*)*)|([-+*/()]))/iy

/**
 * Evaluates a formula such as `price / 3` or `throughput.b32 / economics.power` with ranges in place of names.
 * A hyphen without spaces belongs to the name. Null when a name is unknown, a divisor reaches zero, or the text is not a formula.
 */
export function evaluate(formula: string, lookup: Lookup): Range | null {
  const tokens = tokenise(formula) ?? []
  let at = 0
  const next = () => tokens[at++]

  function sum(): Range | null {
    let left = product()
    while (tokens[at] === '+' || tokens[at] === '-') left = combine(next()!, left, product())
    return left
  }
  function product(): Range | null {
    let left = atom()
    while (tokens[at] === '*' || tokens[at] === '/') left = combine(next()!, left, atom())
    return left
  }
  function atom(): Range | null {
    const token = next()
    if (token === undefined) return null
    if (token === '(') {
      const inside = sum()
      return next() === ')' ? inside : null
    }
    const value = Number(token)
    return Number.isNaN(value) ? lookup(token) : exactly(value)
  }
  const result = sum()
  return at === tokens.length ? result : null
}

/** The names of a formula, each once; null where the text is no formula, or divides by zero whatever the names are. */
export function namesIn(formula: string): string[] | null {
  const values = new Map<string, Range>()
  const result = evaluate(formula, (name) => {
    // different values, so that no difference of names is zero
    const value = values.get(name) ?? exactly(Math.SQRT2 + values.size)
    values.set(name, value)
    return value
  })
  return result === null ? null : [...values.keys()]
}

export const exactly = (value: number): Range => ({ low: value, high: value })

/** The quotient of two ranges of positive numbers; null when the divisor is not positive. */
export const quotient = (over: Range, under: Range): Range | null =>
  under.low > 0 ? { low: over.low / under.high, high: over.high / under.low } : null

function combine(operator: string, a: Range | null, b: Range | null): Range | null {
  if (a === null || b === null) return null
  if (operator === '+') return { low: a.low + b.low, high: a.high + b.high }
  if (operator === '-') return { low: a.low - b.high, high: a.high - b.low }
  if (operator === '*') return { low: a.low * b.low, high: a.high * b.high }
  return quotient(a, b)
}

function tokenise(formula: string): string[] | null {
  const tokens: string[] = []
  const text = formula.trim()
  let at = 0
  while (at < text.length) {
    tokenPattern.lastIndex = at
    const match = tokenPattern.exec(text)
    if (match === null) return null
    tokens.push(match[1] ?? match[2] ?? match[3]!)
    at = tokenPattern.lastIndex
  }
  return tokens
}

/**
 * The range that a printed number can represent: `3.05` is 3.045 to 3.055, `1,100` is itself, `~1.4` half a digit
 * either way. Whole numbers without a decimal point and without `~` are taken at their last digit as well.
 */
export function roundingOf(raw: string): Range | null {
  const match = /\d[\d,]*(?:\.(\d+))?/.exec(raw)
  if (match === null) return null
  const value = Number(match[0].replaceAll(',', ''))
  const half = 0.5 * 10 ** -(match[1]?.length ?? 0)
  const sign = /^[~≈]?\s*[-−]\s*£?\d/.test(raw.trim()) ? -1 : 1
  return sign > 0 ? { low: value - half, high: value + half } : { low: -value - half, high: -value + half }
}

/** Whether two ranges overlap, with a tolerance for binary rounding. */
export function overlaps(a: Range, b: Range): boolean {
  const tolerance = 1e-9 * Math.max(1, Math.abs(a.low), Math.abs(b.low))
  return a.low <= b.high + tolerance && b.low <= a.high + tolerance
}
