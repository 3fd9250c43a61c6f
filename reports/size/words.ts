import type { CostKind } from '../../harness/size/choice.ts'
import { type LoadUnit, peakLoad } from '../../harness/size/demand.ts'
import type { LimitedBy } from '../../harness/size/limited-by.ts'
import type { OfferAssumptions, OfferDemand } from '../../harness/size/offer.ts'
import { counted } from '../../harness/units.ts'
import { formatNumber } from '../render/format-cell.ts'
import type { Basis } from './answer-types.ts'

/** How a figure was got, in one or two words. */
export const basisWords: Readonly<Record<Basis, string>> = {
  measured: 'measured',
  interpolated: 'fitted to runs',
  extrapolated: 'EXTRAPOLATED',
  expected: 'EXPECTED',
}

/** What a cost is of: below an amount, and in a sentence. */
export const costWords: Readonly<Record<CostKind, { readonly short: string; readonly long: string }>> = {
  rent: { short: 'rent', long: 'rent of a server, all in' },
  'card-rent': { short: 'rent of cards', long: 'rent of its cards, without the server around them' },
  cards: { short: 'cards alone', long: 'its cards and electricity, without the server around them' },
}

const limits = { 'kv-cache': 'KV cache', places: 'max-num-seqs', decode: 'decode', prefill: 'prefill' } as const
const slos = { ttft: 'TTFT', tpot: 'TPOT', e2e: 'E2E' } as const

/** What limits a card, such as `prefill (TTFT)`. */
export const limitWords = (limit: LimitedBy): string =>
  limit.what === 'not-measured'
    ? 'not reached'
    : `${limits[limit.what]} (${limit.slo === null ? 'full' : slos[limit.slo]})`

/** A load with as many digits as say something. */
export const loadText = (load: number, unit: LoadUnit): string =>
  `${formatNumber(load, unit === 'users' || load >= 100 ? 0 : load >= 10 ? 1 : load >= 0.1 ? 2 : 4)} ${unit}`

/** A share in percent, without a decimal. */
export const percent = (share: number): string => `${shortNumber(share * 100)} %`

/** A number as it was stated: at most two decimals, and none that are 0. */
const shortNumber = (value: number): string => formatNumber(value, 2).replace(/\.?0+$/, '')

/** The demand as the sum that gives the peak load. */
export function demandText(demand: OfferDemand, growthMonths: number | null, pauseS: number | null): string {
  const { users, requestsPerS, requestsPerUserHour, peakFactor, growthShare } = demand
  const peak = peakLoad(demand)
  const stated =
    requestsPerS !== null
      ? `${shortNumber(requestsPerS)} requests/s`
      : requestsPerUserHour !== null
        ? `${shortNumber(users ?? 0)} users x ${shortNumber(requestsPerUserHour)} requests per hour`
        : `${shortNumber(users ?? 0)} users at a time${pauseS === null ? '' : `, each pausing ${shortNumber(pauseS)} s after an answer`}`
  const factor = peakFactor === 1 ? '' : ` x peak factor ${shortNumber(peakFactor)}`
  const isPeak = factor === '' && requestsPerUserHour === null
  const peakWords = isPeak
    ? peak.unit === 'users'
      ? ''
      : ' at the peak'
    : `${factor}: ${loadText(peak.today, peak.unit)} at the peak`
  const months = growthMonths === null ? '' : ` in ${counted(growthMonths, 'month')}`
  const growth =
    growthShare === 0 ? '' : `; with ${percent(growthShare)} more${months}: ${loadText(peak.grown, peak.unit)}`
  return `${stated}${peakWords}${growth}`
}

/** The assumptions of the cost, for whoever pays it. */
export const moneyText = ({ years, tariffGbpPerKwh, utilisation, pue }: OfferAssumptions): string =>
  `A server costs its rent, where one is given, all in; else its cards over ${shortNumber(years)} years and electricity at £${tariffGbpPerKwh} per kWh, ${percent(utilisation)} of the time under load, PUE ${pue}: the GPUs alone, without the server around them, and not compared with a rent`

/** Headroom in whole percent: rounded down, because it is promised. */
export const headroomText = (share: number): string => `${formatNumber(Math.floor(share * 100), 0)} %`
