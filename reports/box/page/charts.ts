import type { Chart, ChartLine, Point } from '../../charts/chart-types.ts'
import type { BoxResult, CardResult } from '../result/box-result.ts'
import type { CardSeries } from './night-series.ts'

/** Runs of a card that are further apart than this are not joined by a line, in minutes. */
const GAP_MINUTES = 1.5

/** The charts of the page: each card alone and together, then power and temperature over the night. */
export function pageCharts(result: BoxResult, series: readonly CardSeries[]): Chart[] {
  return [...togetherChart(result), ...nightChart(result, series)]
}

const nameOf = ({ index, uuid }: CardResult): string => `GPU ${index ?? uuid.slice(0, 12)}`

/** The throughput of each card alone and together, in the scenario with the most streams that both parts have. */
function togetherChart({ cards, wouldBe }: BoxResult): Chart[] {
  const both = cards.flatMap((card) => card.comparisons.filter((each) => each.with === 'alone'))
  const chosen = both.findLast(({ metric }) => metric === 'outputTokensPerS')
  if (chosen === undefined) return []
  const found = cards.flatMap((card) => {
    const own = card.comparisons.find(
      (each) => each.with === 'alone' && each.metric === chosen.metric && each.scenario === chosen.scenario,
    )
    return own === undefined ? [] : [{ card, own }]
  })
  const bar = (value: number) => ({ value, ci95: null })
  const words = found.map(
    ({ card, own }) =>
      `${nameOf(card)}: ${own.reference.toFixed(own.digits)} alone, ${own.measured.toFixed(own.digits)} together`,
  )
  return [
    {
      kind: 'bars',
      id: 'together',
      title: 'Each card alone, and all at once',
      summary: `${chosen.label} in ${chosen.unit}, ${chosen.scenario}. ${words.join('; ')}.`,
      about: 'comparison',
      simulated: wouldBe !== null,
      value: { label: `${chosen.label} (${chosen.unit})`, min: 0 },
      categories: found.map(({ card }) => nameOf(card)),
      groups: [
        { name: 'alone', color: 0, bars: found.map(({ own }) => bar(own.reference)) },
        { name: 'together', color: 1, bars: found.map(({ own }) => bar(own.measured)) },
      ],
    },
  ]
}

function nightChart({ cards, wouldBe }: BoxResult, series: readonly CardSeries[]): Chart[] {
  const times = series.flatMap(({ powerW, temperatureC }) => [...powerW, ...temperatureC].map(([atMs]) => atMs))
  if (times.length === 0) return []
  const startMs = times.reduce((first, atMs) => Math.min(first, atMs))
  const lines = (of: (one: CardSeries) => CardSeries['powerW']): ChartLine[] =>
    cards.map((card, color) => ({
      name: nameOf(card),
      color,
      style: 'measured',
      points: joined(series.filter(({ uuid }) => uuid === card.uuid).map(of), startMs),
    }))
  const highest = cards.map((card) => {
    const own = series.filter(({ uuid }) => uuid === card.uuid)
    const most = (of: (one: CardSeries) => CardSeries['powerW']) =>
      own.flatMap((one) => of(one).map(([, value]) => value)).reduce((high, value) => Math.max(high, value), 0)
    return `${nameOf(card)} up to ${most(({ powerW }) => powerW).toFixed(0)} W and ${most(({ temperatureC }) => temperatureC).toFixed(0)} °C`
  })
  return [
    {
      kind: 'lines',
      id: 'night',
      title: 'Power and temperature',
      summary: `While each card was measured; means of ten seconds or more. ${highest.join('; ')}.`,
      about: 'comparison',
      simulated: wouldBe !== null,
      x: { label: 'Time since the first run (min)', min: 0 },
      panels: [
        { y: { label: 'Power (W)', min: 0 }, lines: lines(({ powerW }) => powerW) },
        { y: { label: 'Temperature (°C)' }, lines: lines(({ temperatureC }) => temperatureC) },
      ],
      bands: [],
      marks: [],
    },
  ]
}

/** The pieces of one card in the order of time, broken where nothing was measured. */
function joined(pieces: readonly CardSeries['powerW'][], startMs: number): Point[] {
  const sorted = pieces.flat().toSorted(([a], [b]) => a - b)
  const points: Point[] = []
  for (const [atMs, value] of sorted) {
    const minutes = (atMs - startMs) / 60_000
    const last = points.at(-1)
    if (last !== undefined && minutes - last[0] > GAP_MINUTES) points.push([(minutes + last[0]) / 2, null])
    points.push([Number(minutes.toFixed(2)), value])
  }
  return points
}
