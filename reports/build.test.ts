import { expect, test } from 'vitest'
import article from '../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { makeRun } from '../harness/testing/record-builder.ts'
import { settingAt } from '../harness/testing/setting-builder.ts'
import { buildReport, reportTables, shownRuns } from './build.ts'
import { parseClaims } from './claims/file/parse.ts'
import { formatCell } from './render/format-cell.ts'
import { renderTerminal } from './render/terminal.ts'

const pair = [
  makeRun({
    card: 'rtx-4090',
    source: 'simulated',
    result: { outputTokensPerS: 1100, meanPowerW: 360, tokensPerJ: 1100 / 360 },
  }),
  makeRun({ card: 'rtx-pro-6000-max-q', result: { outputTokensPerS: 1380, meanPowerW: 250, tokensPerJ: 5.52 } }),
]

const tableOf = (runs: Parameters<typeof buildReport>[0], id: string) =>
  buildReport(runs).tables.find((table) => table.id === id)!

test('all tables that have something to say, in the order of the article', () => {
  const gates = [
    { id: 'throttle', status: 'warn' as const, required: false, evidence: 'thermal slowdown, 3 % of the window' },
  ]
  const runs = [...pair, makeRun({ card: 'rtx-4090', scenario: 'other', gates, slo: { ttftMs: 500 } })]
  const serving = () => ({ reason: 'a test' })
  const ids = (options: Parameters<typeof buildReport>[1]) => buildReport(runs, options).tables.map(({ id }) => id)
  const others = ['sweep', 'demand', 'jobs', 'cache', 'sessions', 'turns', 'tunings']
  expect(ids({ serving })).toEqual(reportTables.filter((id) => !others.includes(id)))
  expect(ids({})).toEqual(reportTables.filter((id) => !others.includes(id) && id !== 'serving'))
  expect(buildReport(pair).tables.map((table) => table.id)).not.toContain('gotchas')
})

test("with the catalogue's prices the article's two cards give the article's money", () => {
  const report = buildReport(pair, { tables: ['throughput', 'economics'] })
  expect(report.tables.map((table) => table.id)).toEqual(['throughput', 'economics'])
  const economics = new Map(
    report.tables[1]!.rows.map((row) => [row.id, row.cells.slice(1).map((cell) => formatCell(cell).main)]),
  )
  expect(economics.get('price')).toEqual(['£1,300', '£8,500'])
  expect(economics.get('total-per-year')).toEqual(['£1,001', '£3,228'])
  const total = report.tables[1]!.rows.find((row) => row.id === 'total-per-year')!
  expect(total.cells.slice(1)).toMatchObject([{ simulated: true }, { simulated: false }])
  expect(report.simulated).toBe(true)
})

test('a point of a tuning, however new, is no run of the card as it is run', () => {
  const [point] = pair.slice(1).map((run) => ({ ...run, startedAt: '2027-01-01T00:00:00Z', id: 'point' }))
  const tuned = { ...point!, setting: settingAt(200) }
  expect(buildReport([...pair, tuned], { tables: ['throughput'] }).tables).toEqual(
    buildReport(pair, { tables: ['throughput'] }).tables,
  )
  expect(shownRuns([...pair, tuned])).toEqual(shownRuns(pair))
})

test('the physical limit of batch 32 on a 4090 is that of its bytes: 8.03 GB of weights and 512 tokens of KV each', () => {
  const cell = tableOf(pair, 'throughput').rows[0]!.cells[1]!
  // Linear parts at 1 byte, lm_head and norms at 2, 32 sequences of 512 tokens at 64 KiB of KV: 1 byte per element,
  // because neither the scenario nor the server names the type. 72 MiB of them can stay in the L2 cache.
  const bytesPerStep = 6_979_321_856 + 2 * 128_256 * 4096 + 2 * 266_240 + 32 * 512 * 65_536 - 72 * 2 ** 20
  const limit = cell.kind === 'number' ? cell.limit : undefined
  expect(limit!.value).toBeCloseTo((32 * 1008e9) / bytesPerStep, 6)
  expect(limit!.share).toBeCloseTo(1100 / limit!.value, 12)
  expect(limit!.bound).toBe('memory bandwidth')
})

test('what a person sets about money goes before the catalogue, and the notes say so', () => {
  const report = buildReport(pair, { money: { years: 5, pricesGbp: { 'rtx-4090': 2000 } } })
  const economics = report.tables.find((table) => table.id === 'economics')
  expect(formatCell(economics!.rows.find((row) => row.id === 'capex-per-year')!.cells[1]!).main).toBe('£400')
  expect(economics!.notes[0]).toContain('5 years')
  expect(economics!.sources![0]).toContain('set by the user: years')
})

test('a model that only the larger card can hold is OOM on the other, by its bytes', () => {
  const big = {
    scenario: 'llama-3.1-70b-fp8-single',
    title: '70B',
    model: 'llama-3.1-70b-instruct-fp8',
    concurrency: 1,
  }
  const runs = [...pair, makeRun({ card: 'rtx-pro-6000-max-q', ...big, result: { decodeTokensPerS: 22 } })]
  const row = tableOf(runs, 'throughput').rows.find(({ id }) => id === big.scenario)!
  expect(row.cells.map((cell) => formatCell(cell).main)).toEqual([
    '70B',
    'OOM',
    '22.0\u00a0t/s',
    'RTX PRO 6000 Max-Q only',
  ])
  expect(formatCell(row.cells[1]!).footnote).toContain('72.7 GB of weights')
})

test('without runs there is nothing to compare, and a claims file is audited all the same', () => {
  expect(buildReport([]).tables).toEqual([])
  const report = buildReport([], { claims: parseClaims(article, 'article.json') })
  expect(report.tables.map((table) => table.id)).toEqual(['audit', 'audit-rest'])
  expect(report.simulated).toBe(false)
  const text = renderTerminal(report)
  expect(text).toContain('requires 1,590 of 1008 GB/s')
  expect(text).toContain('No run records: this report contains no measurements.')
})

test('the gates of a run are counted and what did not pass is told', () => {
  const gates = [
    { id: 'live-source', status: 'fail' as const, required: true, evidence: 'driver 0.0-sim' },
    { id: 'error-rate', status: 'pass' as const, required: true, evidence: '0 of 96' },
    { id: 'clock', status: 'not-measured' as const, required: false, evidence: 'no stamps' },
  ]
  const [source] = buildReport([makeRun({ card: 'rtx-4090', gates })]).sources
  expect(source!.gates).toEqual({
    pass: 1,
    warn: 0,
    fail: 1,
    notMeasured: 1,
    findings: ['live-source fail: driver 0.0-sim'],
  })
})
