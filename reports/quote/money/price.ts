import { meterPowerW, powerAtUtilisationW } from '../../../harness/metrics/cost.ts'
import { HOURS_PER_YEAR } from '../../../harness/units.ts'
import type { Costs } from '../inputs.ts'
import { divide, millionths, penceOf } from './pence.ts'

/** What a server costs its seller per month, in whole pence ex VAT, and the price that follows with the margin. Never on a customer's page. */
export interface MonthlyCost {
  readonly boxPence: bigint
  readonly electricityPence: bigint
  readonly otherPence: bigint
  readonly costPence: bigint
  /** Cost / (1 - margin). */
  readonly pricePence: bigint
  readonly kilowattHours: number
}

/** Hours of a month: a twelfth of 365 days. */
export const HOURS_PER_MONTH = HOURS_PER_YEAR / 12

/** Power under load and when idle, in W: of the whole server where it was measured, else of the GPU boards. */
export interface Draw {
  readonly of: 'server' | 'boards'
  readonly loadW: number
  readonly idleW: number
}

/**
 * Monthly cost of a server: server + electricity + other costs, and its price: cost / (1 - margin).
 * Electricity is the report's formula (`electricityGbp`) over 730 h, with the host's overhead unless the server was measured: power enters
 * once, as whole watt-hours rounded up; electricity is rounded up, everything else to the nearest penny.
 *
 * Capital differs from the report's. The report compares cards: it uses the price of the cards alone, per year and
 * unrounded. A quote sells a whole server per month: it uses the seller's purchase price divided by the months of the
 * write-off, or the rent, in whole pence that add up on the internal sheet.
 */
export function monthlyCost(costs: Costs, draw: Draw): MonthlyCost {
  const { box, electricity, utilisation } = costs
  const boxPence =
    box.rentGbpPerMonth === undefined
      ? divide(penceOf(box.capexGbp ?? 0), BigInt(box.writeOffMonths), 'half-up')
      : penceOf(box.rentGbpPerMonth)
  // a measured server needs no factor for what its boards lack
  const hostOverhead = draw.of === 'server' ? 1 : electricity.hostOverhead
  const drawnW = powerAtUtilisationW(draw.loadW, { utilisation, idleW: draw.idleW })
  const meterW = meterPowerW(drawnW, { ...electricity, hostOverhead })
  const wattHours = BigInt(Math.ceil(meterW * HOURS_PER_MONTH))
  // watt-hours x millionths of a pound per kWh: 1000 Wh per kWh, 10 000 millionths per penny
  const electricityPence = divide(wattHours * millionths(electricity.tariffGbpPerKwh), 10_000_000n, 'up')
  const otherPence = Object.values(costs.otherCostsGbpPerMonth).reduce((sum, gbp) => sum + penceOf(gbp), 0n)
  const costPence = boxPence + electricityPence + otherPence
  return {
    boxPence,
    electricityPence,
    otherPence,
    costPence,
    pricePence: atMargin(costPence, costs.marginShareOfPrice),
    kilowattHours: Number(wattHours) / 1000,
  }
}

/** The price at which a share of it is margin: cost / (1 - share), to the nearest penny. */
export const atMargin = (costPence: bigint, share: number): bigint =>
  divide(costPence * 1_000_000n, 1_000_000n - millionths(share), 'half-up')

/**
 * Price of `each` units in hundredths of a penny or cent, rounded up, for a server that produces nothing else: monthly price /
 * units per month at this rate and utilisation, rounded down. Null when it produces none.
 */
export function unitPriceHundredths(
  exVatMinor: bigint,
  perSecond: number,
  utilisation: number,
  each: bigint,
): bigint | null {
  const units = BigInt(Math.floor(perSecond * utilisation * HOURS_PER_MONTH * 3600))
  return units > 0n ? divide(exVatMinor * 100n * each, units, 'up') : null
}
