import { describe, expect, test } from 'vitest'
import type { Model } from '../../harness/catalogue/types.ts'
import { breakEvenUtilisation } from '../../harness/metrics/cost.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { buildReportFrom } from '../build.ts'
import { chartSvg } from '../render/html/chart-svg.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { makeRequest, makeRows, makeSample, makeTrial } from '../testing/rows-builder.ts'
import type { LineChart } from './chart-types.ts'
import { costChart } from './cost-chart.ts'
import { runSeries } from './run-series.ts'
import { meanSlices, rateSlices } from './slices.ts'

describe('slices', () => {
  test('means of equal spans, with a break over a hole', () => {
    const readings = [0.1, 0.2, 1.5, 9.5].map((atS, value) => ({ atS, value }))
    expect(meanSlices(readings, 10, 10, 2)).toEqual([
      [0.5, 0.5],
      [1.5, 2],
      [5.5, null],
      [9.5, 3],
    ])
    expect(meanSlices([], 0, 10, 2)).toEqual([])
  })

  test('rates are zero inside a trial and unknown outside', () => {
    expect(rateSlices([{ atS: 0.5, value: 30 }], 4, 4, [{ fromS: 0, toS: 2 }])).toEqual([
      [0.5, 30],
      [1.5, 0],
      [2.5, null],
      [3.5, null],
    ])
  })
})

const trialList = [makeTrial(0, 1000, [2000, 4000], 5000)]
const result = { outputTokensPerS: [1000, 990, 1010], meanPowerW: 400, tokensPerJ: [2.5, 2.4, 2.6] } as const

describe('the rows of a run', () => {
  test('only requests wholly inside a window make a distribution', () => {
    const run = makeRun({ card: 'rtx-4090', trialList })
    const at = (dispatchedMs: number, ttft: number) => makeRequest({ dispatchedMs, firstTokenMs: dispatchedMs + ttft })
    const rows = makeRows([at(1500, 5), at(2500, 30), at(3000, 40), { ...at(3000, 99), outcome: 'timeout' }])
    const { ttftMs, tpotMs } = runSeries(run, rows)
    expect([ttftMs!.at(0), ttftMs!.at(-1)]).toEqual([30, 40])
    // 80 and 70 ms for ten tokens after the first.
    expect([tpotMs!.at(0), tpotMs!.at(-1)]).toEqual([7, 8])
  })

  test('serving GPUs are added up, the others left out', () => {
    const run = makeRun({ card: 'rtx-4090', gpus: 2, trialList })
    const gpu = [makeSample(2000, 300), makeSample(2000, 200, 'GPU-1'), makeSample(2000, 50, 'GPU-7')]
    expect(runSeries(run, makeRows([], { gpu })).powerW).toEqual([[expect.any(Number), 500]])
  })
})

describe('the charts of a report', () => {
  const cards = ['rtx-4090', 'rtx-pro-6000-max-q'] as const
  const streams = [1, 8, 32]
  const runs = cards.flatMap((card) =>
    streams.map((concurrency) =>
      makeRun({ card, concurrency, scenario: `sweep-c${concurrency}`, trialList, source: 'simulated', result }),
    ),
  )
  const rows = makeRows([makeRequest({ dispatchedMs: 2500 })], {
    gpu: [makeSample(2000, 300)],
    tokens: [{ trial: 0, binStartMs: 2500, tokens: 11 }],
  })
  const series = new Map(runs.map((run) => [run.id, runSeries(run, rows)]))
  const facts = makeFacts({ limit: () => ({ value: { value: 5000, share: 0, bound: 'memory bandwidth' } }) })
  const { charts } = buildReportFrom(runs, facts, { series })
  const chart = (id: string) => charts!.list.find((at) => at.id === id)!

  test('all that the issue of a comparison asks for', () => {
    const ids = charts!.list.map(({ id }) => id)
    expect(ids.slice(0, 4)).toEqual(['relative-cost', 'cost-utilisation', 'tokens-per-joule', 'concurrency-1'])
    expect(ids.filter((id) => id.startsWith('latency-'))).toHaveLength(9)
    expect(ids.filter((id) => id.startsWith('run-'))).toHaveLength(6)
    expect(charts!.list.every(({ simulated, summary }) => simulated && summary.length > 40)).toBe(true)
  })

  test('a sweep has its limit beside it', () => {
    const { panels } = chart('concurrency-1') as LineChart
    expect(panels[0]!.lines.map(({ name, style }) => `${style} ${name}`)).toEqual([
      'measured RTX 4090',
      'limit RTX 4090, limit',
      'measured RTX PRO 6000 Max-Q',
      'limit RTX PRO 6000 Max-Q, limit',
    ])
    expect(panels[0]!.lines[0]!.points.map(([x]) => x)).toEqual(streams)
  })

  test('a sweep is titled with the label of its model', () => {
    const label = 'Llama 3.1 8B FP8'
    const named = makeFacts({ model: (key) => (key === 'llama-3.1-8b-instruct-fp8' ? ({ label } as Model) : null) })
    const [titled] = buildReportFrom(runs, named, { series }).charts!.list.filter(({ id }) => id === 'concurrency-1')
    expect(titled?.title).toBe(`Output throughput by number of streams: ${label}`)
  })

  test('a run has power, memory and throughput, and its window shaded', () => {
    const run = charts!.list.find(({ about }) => about === 'run') as LineChart
    expect(run.panels.map(({ y }) => y.label)).toEqual(['Power (W)', 'Memory (GiB)', 'Output throughput (tokens/s)'])
    expect(run.bands).toEqual([{ from: 1, to: 3 }])
  })

  test('the same chart gives the same bytes, whatever was drawn before', () => {
    const first = chartSvg(chart('tokens-per-joule')).markup
    chartSvg(chart('concurrency-1'))
    expect(chartSvg(chart('tokens-per-joule')).markup).toBe(first)
    expect(first).toContain('role="img"')
    expect(first).not.toMatch(/zr\d|NaN|undefined/)
    const clipped = chartSvg(chart('concurrency-1')).markup
    expect(clipped).toContain('clip-path="url(#g-concurrency-1-c0)"')
    expect(clipped).toContain('id="g-concurrency-1-c0"')
    expect(clipped).not.toMatch(/zr\d/)
    expect(chartSvg(chart('concurrency-1')).markup).toBe(clipped)
  })

  test('names from outside are text in the picture too', () => {
    const evil = '</text><script>alert(1)</script>'
    const svg = chartSvg({ ...(chart('concurrency-1') as LineChart & { id: string }), ...hostile(evil) }).markup
    expect(svg).not.toContain('<script')
    expect(svg).toContain('&lt;script')
  })

  function hostile(evil: string) {
    const line = { name: evil, color: 0, style: 'measured', points: [[1, 2]] } as const
    const panels = [{ y: { label: evil }, lines: [line, { ...line, name: `${evil}2` }] }]
    return { kind: 'lines', title: evil, summary: evil, about: 'run', simulated: false, panels } as const
  }
})

test('the crossing of two cards is where the arithmetic has it', () => {
  const card = (id: string, priceGbp: number, meanPowerW: number, outputTokensPerS: number) => ({
    ...{ id, label: id, priceGbp, idleW: 20, meanPowerW, outputTokensPerS },
  })
  const money = { years: 3, tariffGbpPerKwh: 0.4, utilisation: 1, pue: 1.5 }
  const [a, b] = [card('a', 1300, 450, 1100), card('b', 2000, 250, 1200)]
  const chart = costChart({ ...money, cards: [a, b] }, () => 0, 'x', false) as LineChart & { summary: string }
  const side = (at: typeof a) => ({
    inputs: { ...money, priceGbp: at.priceGbp, idleW: at.idleW },
    loadW: at.meanPowerW,
    outputTokensPerS: at.outputTokensPerS,
  })
  const percent = breakEvenUtilisation(side(a), side(b))! * 100
  expect(chart.marks).toHaveLength(1)
  expect(chart.marks[0]!.x).toBeCloseTo(percent, 1)
  expect(chart.summary).toContain(`a and b cost the same per token at ${chart.marks[0]!.label} utilisation`)
  expect(chart.bands).toEqual([])
  const sure = { ...a, outputTokensPerSCi95: [1050, 1150] as const }
  const shaded = costChart({ ...money, cards: [sure, b] }, () => 0, 'x', false) as LineChart & { summary: string }
  const [band] = shaded.bands
  expect(band!.from).toBeLessThan(percent)
  expect(band!.to).toBeGreaterThan(percent)
  expect(shaded.summary).toContain(`(${band!.from} to ${band!.to} %)`)
})
