import { meterPowerW, powerAtUtilisationW } from '../../harness/metrics/cost.ts'
import { HOURS_PER_YEAR } from '../../harness/units.ts'
import type { QuoteInputs } from './inputs.ts'
import { divide, millionths, penceOf, times } from './pence.ts'

/** The monthly price of a server, line by line, in whole pence ex VAT unless named otherwise. */
export interface MonthlyPrice {
  readonly boxPence: bigint
  readonly electricityPence: bigint
  readonly marginPence: bigint
  readonly exVatPence: bigint
  readonly vatPence: bigint
  readonly incVatPence: bigint
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
 * Monthly price: (box + electricity) / (1 - margin), and VAT on that.
 * Electricity is the report's formula (`electricityGbp`) over 730 h, with the host's overhead unless the server was measured: power enters
 * once, as whole watt-hours rounded up; electricity is rounded up, everything else to the nearest penny.
 *
 * Capital differs from the report's. The report compares cards: it uses the price of the cards alone, per year and
 * unrounded. A quote sells a whole server per month: it uses the seller's purchase price divided by the months of the
 * write-off, or the rent, in whole pence that add up on the page.
 */
export function monthlyPrice(inputs: QuoteInputs, draw: Draw): MonthlyPrice {
  const { box, electricity, utilisation } = inputs
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
  const costPence = boxPence + electricityPence
  const exVatPence = divide(costPence * 1_000_000n, 1_000_000n - millionths(inputs.marginShareOfPrice), 'half-up')
  const vatPence = times(exVatPence, millionths(inputs.vatRate))
  return {
    boxPence,
    electricityPence,
    marginPence: exVatPence - costPence,
    exVatPence,
    vatPence,
    incVatPence: exVatPence + vatPence,
    kilowattHours: Number(wattHours) / 1000,
  }
}

/**
 * Price of `each` units in hundredths of a penny, rounded up, for a server that produces nothing else: monthly price /
 * units per month at this rate and utilisation, rounded down. Null when it produces none.
 */
export function unitPriceHundredths(
  exVatPence: bigint,
  perSecond: number,
  utilisation: number,
  each: bigint,
): bigint | null {
  const units = BigInt(Math.floor(perSecond * utilisation * HOURS_PER_MONTH * 3600))
  return units > 0n ? divide(exVatPence * 100n * each, units, 'up') : null
}
