import type { Measured } from '../../../harness/record/measured.ts'
import {
  type SlowdownReason,
  type SoakCard,
  type SoakVerdict,
  slowdownReasons,
} from '../../../harness/record/schema/soak.ts'
import { formatNumber, formatShare } from '../../render/format-cell.ts'

/** The words of a verdict, as people see them. */
const words: Readonly<Record<SoakVerdict, string>> = {
  accepted: 'ACCEPTED',
  rejected: 'REJECTED',
  'not-measured': 'NOT MEASURED',
}

/** A verdict, and for a simulated card what a real one would be. */
export const soakWord = ({ verdict, wouldBe }: Pick<SoakCard, 'verdict' | 'wouldBe'>): string =>
  wouldBe === null ? words[verdict] : `${words[verdict]} (SIMULATED; a real one would be ${wouldBe.replace('-', ' ')})`

const slowdownWords: Readonly<Record<SlowdownReason, string>> = {
  swThermalSlowdown: 'thermal, by the driver',
  hwThermalSlowdown: 'thermal, by the hardware',
  hwPowerBrakeSlowdown: 'power brake',
  hwSlowdown: 'hardware slowdown',
  swPowerCap: 'power limit',
}

/** One figure of a card: what it is, and its value in words. */
export interface SoakRow {
  readonly label: string
  readonly value: string
}

/** The figures of one card, in the order of the certificate. What is not known says why. */
export function soakRows(card: SoakCard): SoakRow[] {
  const { energyJ, outputTokensPerS: rate, powerW, link } = card
  const perJoule =
    typeof energyJ === 'number' && energyJ > 0 ? `, ${formatNumber(card.tokens / energyJ, 2)} tokens/J` : ''
  return [
    { label: 'Under load', value: `${formatNumber(card.loadedHours, 2)} h in ${card.rounds} rounds` },
    { label: 'Output tokens', value: `${formatNumber(card.tokens, 0)}${perJoule}` },
    { label: 'Tokens/s', value: measuredText(rate, 0) },
    { label: 'Drift of tokens/s', value: driftText(card.driftSharePerHour) },
    { label: 'Energy', value: measuredText(energyJ, 0, ' J') },
    {
      label: 'Power under load',
      value:
        powerW === null
          ? 'not reported'
          : `${formatNumber(powerW.mean, 0)} W, at most ${formatNumber(powerW.max, 0)} W`,
    },
    { label: 'Temperature', value: rangeText(card.temperatureC, ' °C') },
    { label: 'SM clock', value: rangeText(card.smClockMHz, ' MHz') },
    { label: 'Memory clock', value: rangeText(card.memoryClockMHz, ' MHz') },
    { label: 'Reduced clocks', value: slowdownText(card.slowdownShares) },
    {
      label: 'Memory errors',
      value: `${measuredText(card.correctedErrors, 0)} corrected, ${measuredText(card.uncorrectedErrors, 0)} uncorrected`,
    },
    { label: 'PCIe replays', value: measuredText(card.pcieReplays, 0) },
    {
      label: 'PCIe link',
      value: `x${rangeText(link.width, '')} of x${link.widthMax ?? '?'}, generation ${rangeText(link.generation, '')} of ${link.generationMax ?? '?'}`,
    },
    { label: 'Xid errors', value: Array.isArray(card.xids) ? card.xids.join(', ') || 'none' : card.xids.reason },
  ]
}

const measuredText = (value: Measured, digits: number, unit = ''): string =>
  typeof value === 'number' ? `${formatNumber(value, digits)}${unit}` : `not measured (${value.reason})`

function rangeText(range: SoakCard['temperatureC'], unit: string): string {
  if (range === null) return 'not reported'
  const [min, max] = [range.min, range.max].map((value) => formatNumber(value, 0))
  return min === max ? `${min}${unit}` : `${min} to ${max}${unit}`
}

function slowdownText(shares: SoakCard['slowdownShares']): string {
  if (shares === null) return 'not reported'
  const found = slowdownReasons.flatMap((reason) => {
    const share = shares[reason] ?? 0
    return share > 0 ? [`${slowdownWords[reason]} ${formatShare(share)}`] : []
  })
  return found.length === 0 ? 'none' : `${found.join(', ')} of the load`
}

function driftText(drift: SoakCard['driftSharePerHour']): string {
  if (!('slope' in drift)) return `not measured (${drift.reason})`
  const percent = (share: number): string => `${share > 0 ? '+' : ''}${formatNumber(share * 100, 2)} %`
  return `${percent(drift.slope)} per hour (95 % interval ${percent(drift.low)} to ${percent(drift.high)})`
}
