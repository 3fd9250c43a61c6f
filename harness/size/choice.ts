/** One card that could be offered. */
export interface Option {
  readonly key: string
  /** £ per month of all servers at the conservative end, and if every server takes the high end of its interval; null: no price. */
  readonly monthGbp: number | null
  readonly leastMonthGbp: number | null
}

/** The cheapest card and how sure that is. */
export interface Choice {
  readonly best: string
  /** The next one; null where no other card has a price. */
  readonly second: string | null
  /** £ per month that the second costs more; null without a second. */
  readonly marginGbp: number | null
  /** Whether the second stays dearer even at the high end of its interval. */
  readonly isClear: boolean
}

/**
 * The card with the lowest cost per month. It is no clear winner where the next one may cost as little: its servers at the high end of
 * their interval. Null where no card has a price.
 */
export function choose(options: readonly Option[]): Choice | null {
  const priced = options
    .flatMap(({ key, monthGbp, leastMonthGbp }) => (monthGbp === null ? [] : [{ key, monthGbp, leastMonthGbp }]))
    // a browser of 2022 runs this too
    .sort((a, b) => a.monthGbp - b.monthGbp || (a.key < b.key ? -1 : 1))
  const [best, ...others] = priced
  if (best === undefined) return null
  const [second] = others
  // not only the next: any that may turn out cheaper
  const isClear = others.every(({ monthGbp, leastMonthGbp }) => (leastMonthGbp ?? monthGbp) > best.monthGbp)
  return {
    best: best.key,
    second: second?.key ?? null,
    marginGbp: second === undefined ? null : second.monthGbp - best.monthGbp,
    isClear,
  }
}
