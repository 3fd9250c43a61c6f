import { expect, test } from 'vitest'
import { tablesOnTerminal } from '../../render/terminal.ts'
import { hostOf } from '../../testing/fleet-builder.ts'
import { makeHistory } from '../../testing/history-builder.ts'
import { fleetStanding } from '../standing/standing.ts'
import { standingDocument, standingJsonSchema } from '../standing/standing-json.ts'
import { standingPage } from '../standing/standing-report.ts'
import { fleetHistory } from './fleet-history.ts'
import { historyCharts } from './history-charts.ts'
import { historySentence, historyTables } from './history-tables.ts'

const records = makeHistory({
  driverLoss: 0.02,
  upgradeAt: (box) => 5 + (box % 3),
  losses: { 4: 0.06 },
  source: 'simulated',
})
const history = fleetHistory(records)!

test('the driver is named with what it cost, over all boxes, and a loss of one box without a setting', () => {
  const text = tablesOnTerminal(historyTables(history), { columns: 100 }).replaceAll(/\s+/g, ' ')
  expect(text).toContain('6 servers with rtx-4090 (SIMULATED)')
  expect(text).toContain('driver 580.65 to')
  expect(historySentence(history)).toContain('driver 580.65 to 590.10 came with -2.')
  expect(history.columns[0]!.whole.steps[0]!.change.value).toBeCloseTo(-0.02, 2)
  const odd = history.columns[0]!.units.find(({ unit }) => unit.host === hostOf(4))!
  expect(odd.found.steps.map(({ index, settings }) => [index, settings])).toContainEqual([8, []])
})

test('a longer output in the file of the scenario is not blamed on the driver that came with it', () => {
  const edited = makeHistory({ driverLoss: 0.05 }).map((run) =>
    run.gpus[0]!.driver === '590.10' ? { ...run, scenarioSha256: 'ab12cd34'.repeat(8) } : run,
  )
  const found = fleetHistory(edited)!
  expect(historySentence(found)).toBe('')
  expect(found.columns.map(({ units }) => units.map(({ points }) => points.length))).toEqual([
    [7, 7, 7, 7, 7, 7],
    [7, 7, 7, 7, 7, 7],
  ])
  expect(found.columns[1]!.title).toMatch(/ \(scenario ab12cd34\)$/)
})

test('what a driver did is held against all scenarios of the fleet', () => {
  const one = makeHistory({ driverLoss: 0.002 })
  const named = (at: number) =>
    one.map((run) => ({ ...run, scenario: { ...run.scenario, name: `${run.scenario.name}-${at}` } }))
  const alone = fleetHistory(one)!.columns[0]!.whole.steps[0]!
  const { columns } = fleetHistory([1, 2, 3, 4, 5, 6].flatMap(named))!
  expect(alone.pAdjusted).toBeLessThan(0.5)
  expect(columns).toHaveLength(6)
  for (const { whole } of columns) {
    expect(whole.steps[0]!.pAdjusted).toBeCloseTo(Math.min(1, 6 * alone.pAdjusted), 12)
  }
})

test('the chart draws the fleet, the box with steps, and when the driver changed', async () => {
  const [chart] = historyCharts(history)
  expect(chart?.kind === 'lines' && chart.panels[0]!.lines.map(({ name }) => name)).toContain('median of the units')
  expect(chart?.kind === 'lines' && chart.marks.map(({ label }) => label)).toEqual(['driver 590.10'])
  const page = await standingPage(fleetStanding(records), {
    tables: historyTables(history),
    charts: historyCharts(history),
    sentence: historySentence(history),
  })
  expect(page).toContain('<svg')
  expect(page).toContain('SIMULATED')
})

test('the document fits its schema', () => {
  const document = standingJsonSchema.parse(standingDocument(fleetStanding(records), history))
  expect(document.history!.series[0]!.units).toHaveLength(6)
})

test('runs without a result have no history', () => {
  expect(fleetHistory([])).toBeNull()
  expect(fleetHistory(records.slice(0, 1).map((run) => ({ ...run, status: 'failed' as const })))).toBeNull()
})
