/**
 * What a cost is of: `rent` is that of a whole server, all in; `card-rent` is the rent of its cards, and `cards` their write-off and
 * electricity, both without the server around them.
 */
export type CostKind = 'rent' | 'card-rent' | 'cards'

/** One card that could be offered. */
export interface Option {
  readonly key: string
  /** £ per month of all servers at the conservative end, and if every server takes the high end of its interval; null: no price. */
  readonly monthGbp: number | null
  readonly leastMonthGbp: number | null
  /** Null where there is no price. */
  readonly costKind: CostKind | null
}

/** The cheapest card and how sure that is. */
export interface Choice {
  readonly best: string
  /** The next one; null where no other card has a price of this kind. */
  readonly second: string | null
  /** £ per month that the second costs more; null without a second. */
  readonly marginGbp: number | null
  /** Whether the second stays dearer even at the high end of its interval. */
  readonly isClear: boolean
  /** What all compared costs are of; a card whose cost is of another kind is not compared. */
  readonly costKind: CostKind
}

type Priced = Option & { readonly monthGbp: number; readonly costKind: CostKind }

/**
 * The card with the lowest cost per month. It is no clear winner where the next one may cost as little: its servers at the high end of
 * their interval. Costs of two kinds are never compared: among several kinds the choice is between the rents, where two cards have one.
 * Null where no card has a price, and where there is nothing of the same kind to compare.
 */
export function choose(options: readonly Option[]): Choice | null {
  const priced = options.filter((option): option is Priced => option.monthGbp !== null && option.costKind !== null)
  const rented = priced.filter(({ costKind }) => costKind === 'rent')
  const isOneKind = new Set(priced.map(({ costKind }) => costKind)).size <= 1
  if (!isOneKind && rented.length < 2) return null
  // a browser of 2022 runs this too
  const compared = [...(isOneKind ? priced : rented)].sort(
    (a, b) => a.monthGbp - b.monthGbp || (a.key < b.key ? -1 : 1),
  )
  const [best, ...others] = compared
  if (best === undefined) return null
  const [second] = others
  // not only the next: any that may turn out cheaper
  const isClear = others.every(({ monthGbp, leastMonthGbp }) => (leastMonthGbp ?? monthGbp) > best.monthGbp)
  return {
    best: best.key,
    second: second?.key ?? null,
    marginGbp: second === undefined ? null : second.monthGbp - best.monthGbp,
    isClear,
    costKind: best.costKind,
  }
}
