import { type Measured, numberOf } from '../../../harness/record/measured.ts'
import type { ProbedCard } from '../../../harness/record/schema/card-probe.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { whyNotCounted } from '../acceptance.ts'
import { meanOverStarts, ofSlowestCard, oneStreamOf, type Quantity, quantities } from '../quantities.ts'

/** A figure of one card in one scenario that is held against another value. */
export interface ComparedFigure {
  readonly metric: string
  readonly quantity: Quantity
  readonly scenario: string
  readonly scenarioSha256: string
  readonly value: number
}

/** Figures by which a card can be rejected beside its siblings; the others are named only. */
const deciding: ReadonlySet<string> = new Set([
  ...['outputTokensPerS', 'decodeTokensPerS', 'memoryBandwidthGBs', 'copyBandwidthGBs', 'matrixTflops'],
  ...['kvCapacityTokens', 'smClockMHz', 'memClockMHz'],
])
export const decides = ({ metric }: Pick<ComparedFigure, 'metric'>): boolean => deciding.has(metric)

/** Rates between host and card, by which no server is judged alone: they differ with the board. */
const link = (label: string, of: (card: ProbedCard) => Measured): Quantity => ({
  label,
  unit: 'GB/s',
  digits: 1,
  worse: 'lower',
  // the process runs on one socket, and cards of the other one are further away; between servers it is never judged
  usualSpread: 0.06,
  floor: 0,
  shows: 'link',
  read: ofSlowestCard(of),
})

const compared: Readonly<Record<string, Quantity>> = {
  ...quantities,
  fromHostGBs: link('Copy from the host', ({ hostToDeviceGBs }) => hostToDeviceGBs),
  toHostGBs: link('Copy to the host', ({ deviceToHostGBs }) => deviceToHostGBs),
}

/** The label of a figure that is compared; its key where there is none. */
export const comparedLabel = (metric: string): string => compared[metric]?.label ?? metric

/** Every figure of these runs of one card in one part that counts; means over the starts. */
export function comparedFigures(runs: readonly RunRecord[]): ComparedFigure[] {
  const scenarios = Map.groupBy(runs, ({ scenario, scenarioSha256 }) => `${scenarioSha256} ${scenario.name}`)
  return [...scenarios.values()].flatMap((starts) =>
    Object.entries(compared).flatMap(([metric, quantity]) => {
      const counted = starts.filter((run) => whyNotCounted(run, quantity) === null)
      const [first] = counted
      if (first === undefined || saysTheSame(metric, first)) return []
      const found = meanOverStarts(quantity, counted)
      const value = found === null ? null : numberOf(found)
      if (value === null || value <= 0) return []
      return [{ metric, quantity, scenario: first.scenario.name, scenarioSha256: first.scenarioSha256, value }]
    }),
  )
}

/** With one stream, its bandwidth is its rate in another unit; efficiency is rate over power, which both are there. */
const saysTheSame = (metric: string, run: RunRecord): boolean =>
  metric === 'tokensPerJ' || (metric === 'decodeTokensPerS' && oneStreamOf(run) !== null)

/** By how much a value is worse than its reference, as a share of the reference; negative if it is better. */
export const worseBy = ({ worse }: Quantity, value: number, reference: number): number =>
  worse === 'lower' ? 1 - value / reference : value / reference - 1
