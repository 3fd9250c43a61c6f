import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { formatCell } from '../render/format-cell.ts'
import { selectRuns } from '../tables/selection.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { economicsScenario, economicsTable } from './economics.ts'

const ada = makeRun({ card: 'rtx-4090', result: { outputTokensPerS: 1100, meanPowerW: 360, tokensPerJ: 1100 / 360 } })
const pro = makeRun({
  card: 'rtx-pro-6000-max-q',
  source: 'simulated',
  result: { outputTokensPerS: [1380, 1366.2, 1393.8], meanPowerW: [250, 245, 255], tokensPerJ: 5.52 },
})

function tableOf(runs = [ada, pro], facts = makeFacts()) {
  const selection = selectRuns(runs, facts)
  return economicsTable(selection, facts, economicsScenario(selection)!)
}

test("prints the article's nine rows from the article's inputs, with its two slips put right", () => {
  const printed = tableOf().rows.map((row) =>
    row.cells.map(formatCell).map(({ main, mark }) => (main + mark).replaceAll('\u00a0', ' ')),
  )
  expect(printed).toEqual([
    ['TDP', '450 W', '300 W'],
    ['Mean power, Llama 3.1 8B FP8 batch 32 agg', '360 W', '250 Wˢ'],
    ['Energy efficiency', '3.06 tokens/J', '5.52 tokens/Jˢ'],
    ['UK price', '£1,300', '£8,500'],
    ['£ per token/s, all streams', '£1.18', '£6.16ˢ'],
    ['£ per GB VRAM', '£54', '£89'],
    ['Electricity, £ per year (24/7, £0.18/kWh)', '£568', '£394ˢ'],
    ['Capex, £ per year (3 years)', '£433', '£2,833'],
    ['Total, £ per year', '£1,001', '£3,228ˢ'],
    ['£ per million output tokens', '£0.0289', '£0.0742ˢ'],
  ])
})

test('carries intervals into money: 250 W give or take 5 is £394 give or take 8', () => {
  const electricity = tableOf().rows.find((row) => row.id === 'annual-electricity')!.cells[2]!
  expect(formatCell(electricity).sub).toBe('±£8')
  const perTps = tableOf().rows.find((row) => row.id === 'gbp-per-tps')!.cells[2]!
  expect(perTps).toMatchObject({ ci95: [8500 / 1393.8, 8500 / 1366.2] })
})

test('a run without power says why in every row that needs it, and keeps the rows that do not', () => {
  const blind = makeRun({
    card: 'rtx-4090',
    result: { outputTokensPerS: 1100, meanPowerW: 'no nvidia-smi on this machine' },
  })
  const rows = new Map(tableOf([blind]).rows.map((row) => [row.id, row.cells[1]!]))
  for (const id of ['sustained-power', 'annual-electricity', 'total-per-year', 'gbp-per-million-tokens']) {
    expect(rows.get(id)).toEqual({ kind: 'missing', reason: 'no nvidia-smi on this machine' })
  }
  expect(rows.get('gbp-per-tps')).toMatchObject({ kind: 'money' })
})

test('two GPUs cost twice as much and draw two TDPs', () => {
  const pair = makeRun({ card: 'rtx-pro-6000-max-q', gpus: 2, result: { outputTokensPerS: 2000, meanPowerW: 500 } })
  const rows = new Map(tableOf([pair]).rows.map((row) => [row.id, row.cells[1]!]))
  expect(rows.get('tdp')).toMatchObject({ value: 600 })
  expect(rows.get('price')).toMatchObject({ valueGbp: 17000 })
  expect(formatCell(rows.get('gbp-per-gb')!).main).toBe('£89')
})

test('an unknown price is a dash with its reason; utilisation 0 gives no price per token', () => {
  const unlisted = makeRun({ card: 'gtx-1', result: { outputTokensPerS: 10, meanPowerW: 100 } })
  expect(tableOf([unlisted]).rows.find((row) => row.id === 'price')!.cells[1]).toEqual({
    kind: 'missing',
    reason: 'no price for gtx-1: give --price gtx-1=GBP or prices.gtx-1 in joulemark.yaml',
  })
  const idle = makeFacts({ money: { years: 3, tariffGbpPerKwh: 0.18, utilisation: 0, pue: 1 } })
  const perToken = tableOf([ada], idle).rows.find((row) => row.id === 'gbp-per-million-tokens')!.cells[1]
  expect(perToken).toMatchObject({ kind: 'missing' })
})

test('without the default scenario the busiest one that all cards ran is taken', () => {
  const busy = { scenario: 'busy', title: 'Busy', concurrency: 64 }
  const alone = { scenario: 'alone', title: 'Alone', concurrency: 128 }
  const quiet = { scenario: 'quiet', title: 'Quiet', concurrency: 2 }
  const runs = [
    makeRun({ card: 'rtx-4090', ...busy }),
    makeRun({ card: 'rtx-pro-6000-max-q', ...busy }),
    makeRun({ card: 'rtx-4090', ...quiet }),
    makeRun({ card: 'rtx-pro-6000-max-q', ...quiet }),
    makeRun({ card: 'rtx-4090', ...alone }),
  ]
  expect(economicsScenario(selectRuns(runs, makeFacts()))!.name).toBe('busy')
})
