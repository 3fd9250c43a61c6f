import { ratio } from '../stats/ratio.ts'
import { HOURS_PER_YEAR, kilowattHours, SECONDS_PER_YEAR } from '../units.ts'

/**
 * The assumptions behind every cost in £. All are inputs, and must be printed beside each cost.
 * The scope is the GPU board; host, PSU and cooling enter through `pue` only.
 */
export interface MoneyInputs {
  /** Price of all cards, in GBP. */
  readonly priceGbp: number
  /** Years of straight-line depreciation to zero. */
  readonly years: number
  readonly tariffGbpPerKwh: number
  /** Share of the year under load, 0 to 1. */
  readonly utilisation: number
  /** Power with the model loaded and no requests, in W. */
  readonly idleW: number
  /** Power usage effectiveness of the room; 1 ignores cooling and losses. */
  readonly pue: number
}

const MILLION = 1_000_000

/**
 * Tokens per joule of a steady load: `tokens/s / W` (docs/metrics.md#energy), over the same window.
 * Null when the power is not positive.
 */
export function tokensPerJ(outputTokensPerS: number, meanPowerW: number): number | null {
  return ratio(outputTokensPerS, meanPowerW)
}

/** GBP per token/s of aggregate output: `price / output throughput`. Null without throughput. */
export function gbpPerTokensPerS(priceGbp: number, outputTokensPerS: number): number | null {
  return ratio(priceGbp, outputTokensPerS)
}

/** GBP per GB of VRAM: `price / VRAM GB`, with the datasheet's GB. Null without memory. */
export function gbpPerGbVram(priceGbp: number, vramGb: number): number | null {
  return ratio(priceGbp, vramGb)
}

/**
 * Mean power in W of a card that is under load for a share of the time and idle, with the model loaded, for the rest:
 * `load W x u + idle W x (1 - u)`, u = utilisation.
 */
export function powerAtUtilisationW(
  loadW: number,
  { utilisation, idleW }: Pick<MoneyInputs, 'utilisation' | 'idleW'>,
): number {
  return loadW * utilisation + idleW * (1 - utilisation)
}

/** Factors from the power of GPU boards to metered electricity and its price. */
export interface ElectricityFactors {
  readonly tariffGbpPerKwh: number
  /** Power usage effectiveness of the room; 1 ignores cooling and losses. */
  readonly pue: number
  /** Power of the whole server / power of its GPU boards; 1, the default, counts the boards alone. */
  readonly hostOverhead?: number
}

/** Power in W at the meter for GPU boards that draw `boardsW`: `boards W x host overhead x PUE`. */
export function meterPowerW(
  boardsW: number,
  { hostOverhead = 1, pue }: Omit<ElectricityFactors, 'tariffGbpPerKwh'>,
): number {
  return boardsW * hostOverhead * pue
}

/**
 * GBP of electricity for GPU boards that draw `boardsW` over `hours`: `meter W / 1000 x hours x tariff`. The report and
 * the quote both use it; the quote rounds it up to whole watt-hours and pence.
 */
export function electricityGbp(boardsW: number, hours: number, factors: ElectricityFactors): number {
  return kilowattHours(meterPowerW(boardsW, factors), hours) * factors.tariffGbpPerKwh
}

/** GBP of electricity per year of 8760 h: `electricityGbp` of the mean power at this utilisation. */
export function annualElectricityGbp(
  loadW: number,
  inputs: Pick<MoneyInputs, 'utilisation' | 'idleW' | 'tariffGbpPerKwh' | 'pue'>,
): number {
  return electricityGbp(powerAtUtilisationW(loadW, inputs), HOURS_PER_YEAR, inputs)
}

/**
 * GBP of capital per year: `price / years`. Null if years is not positive. This is the price of the cards, for a
 * comparison of cards. A quote prices a whole server per month instead: its price, which includes the host, over the
 * months that the seller chose, or its rent (`monthlyCost` in reports/quote/money/price.ts).
 */
export function capexGbpPerYear(inputs: Pick<MoneyInputs, 'priceGbp' | 'years'>): number | null {
  return ratio(inputs.priceGbp, inputs.years)
}

/** GBP per year, capital and electricity: the sum of the exact terms, never of rounded ones. */
export function totalGbpPerYear(loadW: number, inputs: MoneyInputs): number | null {
  const capexGbp = capexGbpPerYear(inputs)
  return capexGbp === null ? null : capexGbp + annualElectricityGbp(loadW, inputs)
}

/**
 * GBP per `count` units of output, at `unitsPerS` of them while busy: `total per year / (units/s x u x seconds of a year /
 * count)`. A unit is a token, an image, a training step or a finished session. Null without output or at utilisation 0: a
 * card that makes nothing has no price per unit.
 */
export function gbpPerUnits(unitsPerS: number, count: number, loadW: number, inputs: MoneyInputs): number | null {
  const totalGbp = totalGbpPerYear(loadW, inputs)
  const counted = (unitsPerS * inputs.utilisation * SECONDS_PER_YEAR) / count
  return totalGbp === null ? null : ratio(totalGbp, counted)
}

/** GBP per million output tokens: `gbpPerUnits` of tokens. */
export const gbpPerMillionOutputTokens = (
  outputTokensPerS: number,
  loadW: number,
  inputs: MoneyInputs,
): number | null => gbpPerUnits(outputTokensPerS, MILLION, loadW, inputs)

/** One card of a break-even: its costs, its load and its throughput. */
export interface CostSide {
  readonly inputs: MoneyInputs
  readonly loadW: number
  readonly outputTokensPerS: number
}

/**
 * The utilisation at which two cards cost the same per token, each at its own throughput while busy. The cost is
 * `(capex + k (P u + I (1 - u))) / (T u)` with `k = 8.76 h/W x tariff x PUE`, so equality is linear in u. Null without a
 * solution in 0 to 1: then one card is cheaper at every utilisation.
 */
export function breakEvenUtilisation(a: CostSide, b: CostSide): number | null {
  const capexA = capexGbpPerYear(a.inputs)
  const capexB = capexGbpPerYear(b.inputs)
  if (capexA === null || capexB === null) return null
  const yearGbp = (side: CostSide, powerW: number) => annualElectricityGbp(powerW, { ...side.inputs, utilisation: 1 })
  const atZero =
    b.outputTokensPerS * (capexA + yearGbp(a, a.inputs.idleW)) -
    a.outputTokensPerS * (capexB + yearGbp(b, b.inputs.idleW))
  const slope =
    b.outputTokensPerS * yearGbp(a, a.loadW - a.inputs.idleW) -
    a.outputTokensPerS * yearGbp(b, b.loadW - b.inputs.idleW)
  const utilisation = -atZero / slope
  return utilisation > 0 && utilisation <= 1 ? utilisation : null
}
