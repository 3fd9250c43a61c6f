import type { Costs } from '../inputs.ts'
import { atMargin, type Draw, type MonthlyCost, monthlyCost } from './price.ts'

/** What a price leaves its seller, per server and month. */
export interface Margin {
  readonly cost: MonthlyCost
  /** The cost with a server that is under load all month. */
  readonly fullLoadPence: bigint
  /** Price - cost. Below zero where the price does not cover the cost. */
  readonly marginPence: bigint
  /** Margin / price, to a thousandth; null for a price of zero. */
  readonly marginShare: number | null
  /** Price at which the smallest margin is left of a server that is under load all month. */
  readonly floorPence: bigint
  /**
   * Share of the month for which the server must be sold at this price so that the income is the cost, rounded up to a thousandth; above 1 where the price
   * does not cover it even then. Null where each hour sold costs more electricity than it earns.
   */
  readonly breakEvenShare: number | null
}

/**
 * Margin, floor price and break-even of a monthly price in pence. Break-even: sold hours draw the power of the stated
 * utilisation, unsold ones idle power, so (server + other costs + idle electricity) / (price - electricity of use), where the
 * electricity of use is what the stated utilisation adds to idle.
 */
export function marginOf(pricePence: bigint, costs: Costs, draw: Draw): Margin {
  const cost = monthlyCost(costs, draw)
  const fullLoadPence = monthlyCost({ ...costs, utilisation: 1 }, draw).costPence
  const idle = monthlyCost({ ...costs, utilisation: 0 }, draw)
  const marginPence = pricePence - cost.costPence
  const earned = Number(pricePence - (cost.electricityPence - idle.electricityPence))
  return {
    ...{ cost, fullLoadPence, marginPence },
    marginShare: pricePence === 0n ? null : thousandths(Number(marginPence) / Number(pricePence), Math.round),
    floorPence: atMargin(fullLoadPence, costs.minimumMarginShareOfPrice),
    breakEvenShare: earned > 0 ? thousandths(Number(idle.costPence) / earned, Math.ceil) : null,
  }
}

/** A share in whole thousandths: a tenth of a per cent is all that such a sum means. */
const thousandths = (share: number, round: (value: number) => number): number => round(share * 1000) / 1000
