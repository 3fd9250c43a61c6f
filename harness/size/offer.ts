import { type MoneyInputs, totalGbpPerYear } from '../metrics/cost.ts'
import { type Choice, type CostKind, choose } from './choice.ts'
import { peakLoad, type StatedDemand } from './demand.ts'
import { countServers, type ServerCount, type ServerLoad } from './servers.ts'

/** What a server of one card costs and draws; unknown is null. */
export interface ServerMoney {
  /** All that its owner asks for, electricity included; where it is known, nothing else counts. */
  readonly rentGbpPerMonth: number | null
  /** Rent of all its cards, without the server around them. */
  readonly cardRentGbpPerMonth: number | null
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
  /** Highest load of one server; null where there is none. */
  readonly server: ServerLoad | null
  readonly money: ServerMoney
}

/** A demand and how it is to be carried. */
export interface OfferDemand extends StatedDemand {
  readonly spare: number
}

/** One card for a demand: servers and their cost. */
export interface Offer {
  readonly key: string
  /** Null where a server serves nothing within the SLO. */
  readonly count: ServerCount | null
  readonly serverGbpPerMonth: number | null
  /** What the cost is of; null where none is known. */
  readonly costKind: CostKind | null
  /** Of all servers, the spare ones too, at the conservative end. */
  readonly monthGbp: number | null
  readonly leastMonthGbp: number | null
  /** Per user of today. */
  readonly userGbpPerMonth: number | null
}

const MONTHS_PER_YEAR = 12

/** The cost of one server per month in £, and what it is of. */
export interface ServerCost {
  readonly gbpPerMonth: number
  readonly kind: CostKind
}

/**
 * Cost of one server per month: its rent, that of its cards, or a twelfth of the year's capital and electricity of its cards
 * (metrics/cost.ts). Null where none is known.
 */
export function serverCost(money: ServerMoney, assumptions: OfferAssumptions): ServerCost | null {
  if (money.rentGbpPerMonth !== null) return { gbpPerMonth: money.rentGbpPerMonth, kind: 'rent' }
  if (money.cardRentGbpPerMonth !== null) return { gbpPerMonth: money.cardRentGbpPerMonth, kind: 'card-rent' }
  // a server that is never idle needs no idle power
  const idleW = money.idleW ?? (assumptions.utilisation === 1 ? 0 : null)
  if (money.priceGbp === null || money.loadW === null || idleW === null) return null
  const yearGbp = totalGbpPerYear(money.loadW, { ...assumptions, priceGbp: money.priceGbp, idleW })
  return yearGbp === null ? null : { gbpPerMonth: yearGbp / MONTHS_PER_YEAR, kind: 'cards' }
}

/** Servers and cost of one card for a demand. */
function offerOf(card: SizedCard, demand: OfferDemand, assumptions: OfferAssumptions): Offer {
  const count = card.server === null ? null : countServers(card.server, peakLoad(demand), demand)
  const known = serverCost(card.money, assumptions)
  const serverGbp = known?.gbpPerMonth ?? null
  const cost = (servers: number | null | undefined) =>
    servers == null || serverGbp === null ? null : servers * serverGbp
  const monthGbp = cost(count?.grown)
  return {
    key: card.key,
    count,
    serverGbpPerMonth: serverGbp,
    costKind: known?.kind ?? null,
    monthGbp,
    leastMonthGbp: cost(count?.fewest),
    userGbpPerMonth: monthGbp === null || !demand.users ? null : monthGbp / demand.users,
  }
}

/** Every card for a demand, and the one that costs least; the choice is null where there is none (`choose`). */
export function offers(
  cards: readonly SizedCard[],
  demand: OfferDemand,
  assumptions: OfferAssumptions,
): { readonly offers: readonly Offer[]; readonly choice: Choice | null } {
  const made = cards.map((card) => offerOf(card, demand, assumptions))
  return { offers: made, choice: choose(made) }
}
