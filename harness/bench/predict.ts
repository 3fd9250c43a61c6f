import { cardByKey } from '../catalogue/cards.ts'
import { exitCodes } from '../errors.ts'
import { demandW, loadPowerW } from '../physics/power/demand.ts'
import { speedShare } from '../physics/power/limited-speed.ts'
import { powerReadings, powerSweeps, readingActivity, tensorActivity, tensorLoad } from '../testing/measured-power.ts'
import { medianError, medianUnseen, type PredictedRow, predictedRows, reasonOf } from './predict-rows.ts'

/**
 * `npm run bench:predict`: is the expectation right? Prints public measurements beside the physical limit, the expected rate
 * and its band, then what a power limit costs and what cards draw. Rows that the fit did not use are counted apart. Exit 1
 * if an expectation of this study is not met.
 */
const percent = (share: number, digits = 0): string => `${share > 0 ? '+' : ''}${(share * 100).toFixed(digits)} %`
const rate = (value: number): string => value.toFixed(value < 100 ? 1 : 0)

/** A table with each column as wide as its widest cell. */
function print(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  console.log(`\n${title}\n${line(head)}\n${rows.map(line).join('\n')}`)
}

const rows = predictedRows()
const counted = rows.filter(({ use }) => use !== 'not the card')
const remarkOf = ({ verdict, use, row }: PredictedRow): string => {
  if (use === 'not the card') return `not counted: ${reasonOf(row)}`
  return verdict === 'inside'
    ? ''
    : verdict === 'fast'
      ? 'remark: faster than the band, under the limit'
      : verdict.toUpperCase()
}
print(
  'Public measurements, tokens/s (streams/prompt/answer)',
  ['row', 'card', 'load', 'measured', 'limit', 'slow', 'expected', 'fast', 'error', 'unseen loss', 'use', ''],
  rows.map((at) => {
    const { row, load, limit, error, use } = at
    const { band, expected, unseenLoss } = at.prediction
    return [
      row.id,
      row.card,
      `${load.concurrency}/${load.promptTokens}/${load.outputTokens}`,
      rate(row.tokensPerS),
      rate(limit),
      ...[band.slow, expected, band.fast].map((figures) => rate(figures.outputTokensPerS)),
      percent(error),
      `${(unseenLoss * 100).toFixed(0)} %`,
      use,
      remarkOf(at),
    ]
  }),
)

const swept = powerSweeps.flatMap(({ id, card: key, demandW, tokensPerS, points, use }) =>
  points.map((point) => {
    const idleW = cardByKey(key)?.idleW.value ?? 0
    const measured = point.tokensPerS / tokensPerS
    const kept = speedShare({ demandW, limitW: point.limitW, idleW })
    return { id, key, use, limitW: point.limitW, measured, kept, error: kept / measured - 1 }
  }),
)
print(
  'Share of the tokens/s that is kept at a power limit',
  ['load', 'card', 'limit W', 'measured', 'expected', 'error', 'use'],
  swept.map(({ id, key, use, limitW, measured, kept, error }) => [
    id,
    key,
    String(limitW),
    measured.toFixed(3),
    kept.toFixed(3),
    percent(error, 1),
    use,
  ]),
)

/** Speed under tensor load of a card of the catalogue at a power limit, relative to its own full clock. */
function tensorSpeed(key: string, limitW: number): number {
  const card = cardByKey(key)
  if (card === null) throw new Error(`${key} is not in the catalogue`)
  return speedShare({ demandW: demandW(card, tensorActivity), limitW, idleW: card.idleW.value })
}
print(
  'Editions under tensor load, relative to a Workstation card at 600 W',
  ['card', 'limit W', 'measured', 'expected', 'error'],
  tensorLoad.map(({ card, limitW, share }) => {
    const expected = tensorSpeed(card, limitW) / tensorSpeed('rtx-pro-6000-workstation', 600)
    return [card, String(limitW), share.toFixed(3), expected.toFixed(3), percent(expected / share - 1, 1)]
  }),
)

const watts = powerReadings.map((reading) => {
  const card = cardByKey(reading.card)
  if (card === null) throw new Error(`${reading.card} is not in the catalogue`)
  const modelW = loadPowerW(card, readingActivity(reading, card))
  return { reading, modelW, error: modelW / reading.measuredW - 1 }
})
print(
  'Mean power under load, W',
  ['load', 'card', 'measured', 'model', 'error'],
  watts.map(({ reading, modelW, error }) => [
    reading.id,
    reading.card,
    String(reading.measuredW),
    modelW.toFixed(0),
    percent(error),
  ]),
)

const unfitted = rows.filter(({ use }) => use !== 'fitted')
const bySource = Map.groupBy(unfitted, ({ row }) => row.source.replace(/ .*/, ''))
print(
  'Rows that the fit did not use, by source',
  ['source', 'counted', 'median error', 'largest', 'not counted', 'median error with them'],
  [...bySource, ['all', unfitted] as const].map(([source, of]) => {
    const some = of.filter(({ use }) => use === 'held out')
    const plain = (value: number) => (Number.isFinite(value) ? `${(value * 100).toFixed(1)} %` : '-')
    return [
      source,
      String(some.length),
      plain(medianError(some)),
      plain(Math.max(...some.map(({ error }) => Math.abs(error)))),
      String(of.length - some.length),
      of.length === some.length ? '' : plain(medianError(of)),
    ]
  }),
)

const MOST_ERROR = 0.1
const unseen = medianUnseen(counted)
const errorOf = (use: PredictedRow['use']) => medianError(counted.filter((at) => at.use === use))
const sweepErrors = (use: 'fitted' | 'held out') =>
  Math.max(...swept.filter((point) => point.use === use).map(({ error }) => Math.abs(error)))
const expectations = [
  {
    name: 'Rows above the physical limit',
    found: String(rows.filter(({ verdict }) => verdict === 'impossible').length),
    expected: 'none',
    met: rows.every(({ verdict }) => verdict !== 'impossible'),
  },
  {
    name: 'Healthy rows below the band',
    found: String(counted.filter(({ verdict }) => verdict === 'slow').length),
    expected: 'none',
    met: counted.every(({ verdict }) => verdict !== 'slow'),
  },
  {
    name: 'Healthy rows below the band of a memory that copies at its usual rate',
    found: `${counted.filter(({ row, slowWithKnownMemory: slow }) => row.tokensPerS < slow).length}; loss that is not seen: median ${(unseen.knownMemory * 100).toFixed(1)} %, without the copy ${(unseen.usual * 100).toFixed(1)} %`,
    expected: 'none',
    met: counted.every(({ row, slowWithKnownMemory: slow }) => row.tokensPerS >= slow),
  },
  ...(['fitted', 'held out'] as const).map((use) => ({
    name: `Median error of the expectation, ${use} (${counted.filter((at) => at.use === use).length} rows)`,
    found: `${(errorOf(use) * 100).toFixed(1)} %`,
    expected: 'below 10 %',
    met: errorOf(use) < MOST_ERROR,
  })),
  ...(['fitted', 'held out'] as const).map((use) => ({
    name: `Largest error of what a power limit leaves, ${use}`,
    found: `${(sweepErrors(use) * 100).toFixed(1)} %`,
    expected: 'below 10 %',
    met: sweepErrors(use) < MOST_ERROR,
  })),
  {
    name: 'Power of the model, each within its tolerance',
    found: `${watts.filter(({ reading, error }) => Math.abs(error) < reading.tolerance).length} of ${watts.length}`,
    expected: 'all',
    met: watts.every(({ reading, error }) => Math.abs(error) < reading.tolerance),
  },
]
print(
  'Expectations',
  ['', 'found', 'expected', ''],
  expectations.map(({ name, found, expected, met }) => [name, found, expected, met ? 'met' : 'NOT MET']),
)
console.log('\nSources: harness/testing/public-measurements.ts, measured-loads.ts and measured-power.ts, one per row.')
process.exitCode = expectations.every(({ met }) => met) ? exitCodes.done : exitCodes.negativeResult
