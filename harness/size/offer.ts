import { type MoneyInputs, totalGbpPerYear } from '../metrics/cost.ts'
import { type BoxCount, type BoxLoad, countBoxes } from './boxes.ts'
import { type Choice, choose } from './choice.ts'
import { peakLoad, type StatedDemand } from './demand.ts'

/** What a box of one card costs and draws; unknown is null. */
export interface BoxMoney {
  /** All that its owner asks for, electricity included; where it is known, nothing else counts. */
  readonly rentGbpPerMonth: number | null
  /** Price of all its cards. */
  readonly priceGbp: number | null
  readonly loadW: number | null
  readonly idleW: number | null
}

/** Assumptions of the cost, the same for all cards. */
export type OfferAssumptions = Pick<MoneyInputs, 'years' | 'tariffGbpPerKwh' | 'utilisation' | 'pue'>

/** What is known of one card before any demand: computed once, and the same for every demand. */
export interface SizedCard {
  readonly key: string
  readonly label: string
  /** Highest load of one box; null where there is none. */
  readonly box: BoxLoad | null
  readonly money: BoxMoney
}

/** A demand and how it is to be carried. */
export interface OfferDemand extends StatedDemand {
  readonly spare: number
}

/** One card for a demand: boxes and their cost. */
export interface Offer {
  readonly key: string
  /** Null where a box serves nothing within the SLO. */
  readonly count: BoxCount | null
  readonly boxGbpPerMonth: number | null
  /** Of all boxes, the spare ones too, at the conservative end. */
  readonly monthGbp: number | null
  readonly leastMonthGbp: number | null
  /** Per user of today. */
  readonly userGbpPerMonth: number | null
}

const MONTHS_PER_YEAR = 12

/**
 * Cost of one box per month in £: its rent, or a twelfth of the year's capital and electricity of its cards (metrics/cost.ts). Null
 * where neither is known.
 */
export function boxGbpPerMonth(money: BoxMoney, assumptions: OfferAssumptions): number | null {
  if (money.rentGbpPerMonth !== null) return money.rentGbpPerMonth
  // a box that is never idle needs no idle power
  const idleW = money.idleW ?? (assumptions.utilisation === 1 ? 0 : null)
  if (money.priceGbp === null || money.loadW === null || idleW === null) return null
  const yearGbp = totalGbpPerYear(money.loadW, { ...assumptions, priceGbp: money.priceGbp, idleW })
  return yearGbp === null ? null : yearGbp / MONTHS_PER_YEAR
}

/** Boxes and cost of one card for a demand. */
function offerOf(card: SizedCard, demand: OfferDemand, assumptions: OfferAssumptions): Offer {
  const count = card.box === null ? null : countBoxes(card.box, peakLoad(demand), demand)
  const boxGbp = boxGbpPerMonth(card.money, assumptions)
  const cost = (boxes: number | null | undefined) => (boxes == null || boxGbp === null ? null : boxes * boxGbp)
  const monthGbp = cost(count?.grown)
  return {
    key: card.key,
    count,
    boxGbpPerMonth: boxGbp,
    monthGbp,
    leastMonthGbp: cost(count?.fewest),
    userGbpPerMonth: monthGbp === null || !demand.users ? null : monthGbp / demand.users,
  }
}

/** Every card for a demand, and the one that costs least; the choice is null where none has a cost. */
export function offers(
  cards: readonly SizedCard[],
  demand: OfferDemand,
  assumptions: OfferAssumptions,
): { readonly offers: readonly Offer[]; readonly choice: Choice | null } {
  const made = cards.map((card) => offerOf(card, demand, assumptions))
  return { offers: made, choice: choose(made) }
}
