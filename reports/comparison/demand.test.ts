import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { formatCell } from '../render/format-cell.ts'
import { selectRuns } from '../tables/selection.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { demandTable } from './demand.ts'
import { economicsTable } from './economics.ts'
import { throughputTable } from './throughput.ts'
import { winnerOf } from './winners.ts'

const load = { shape: 'open', ratePerS: 1 }
const users = { shape: 'closed', concurrency: 50, session: { turns: 4, thinkSeconds: 2, userTokens: 64 } }
const rag = (card: string, meanPowerW: number, over: object = load) =>
  makeRun({
    card,
    scenario: 'rag',
    title: 'RAG',
    scenarioFields: { load: over },
    result: { outputTokensPerS: [250, 249, 251], meanPowerW, ttftFromScheduleMsP50: 120, ttftMsP50: 90, tpotMsP50: 12 },
  })
const pair = [rag('rtx-4090', 120), rag('rtx-pro-6000-max-q', 90)]
const facts = makeFacts({ limit: () => ({ value: { value: 5000, share: 0, bound: 'memory bandwidth' } }) })
const selection = selectRuns(pair, facts)

test('a fixed demand has latency, headroom and a monthly cost, and no row of throughput', () => {
  const table = demandTable(selection, facts)!
  const shown = table.rows.map(({ cells }) =>
    cells.slice(1).map((cell) => formatCell(cell).main.replaceAll('\u00a0', ' ')),
  )
  // price / 36 months and the electricity of a month at the power measured
  expect(shown).toEqual([
    ['TTFT from schedule, median (ms)', '120.0 ms', '120.0 ms'],
    ['TPOT, median (ms)', '12.00 ms', '12.00 ms'],
    ['Output, share of the physical limit (%)', '5.0 %', '5.0 %'],
    ['£ per month at this demand', '£52', '£248'],
  ])
  expect(table.notes[0]).toContain('KV cache in use, at most (%) (the server did not report the use of its KV cache)')
  expect(table.rows[0]!.cells[0]).toMatchObject({ text: 'RAG', detail: '1 request/s' })
  expect(throughputTable(selection, facts).rows).toEqual([])
})

test('its cheapest card wins by the month, never by a factor per token', () => {
  expect(winnerOf(selection.scenarios[0]!, selection, facts)).toMatchObject({
    card: { label: 'RTX 4090' },
    why: 'both serve this demand; £52 against £248 (RTX PRO 6000 Max-Q) per month',
  })
  const economics = economicsTable(selection, facts, selection.scenarios[0]!)
  const cells = economics.rows.find(({ id }) => id === 'gbp-per-million-tokens')!.cells
  expect(cells[1]).toMatchObject({ kind: 'missing', reason: expect.stringContaining('the demand is fixed') })
})

test('users who pause are a fixed demand, streams that do not are none', () => {
  const thinking = selectRuns([rag('rtx-4090', 120, users)], facts)
  expect(demandTable(thinking, facts)!.rows[0]!.cells[0]).toMatchObject({ detail: '50 users, 2 s between turns' })
  const busy = { ...users, session: { ...users.session, thinkSeconds: 0 } }
  expect(demandTable(selectRuns([rag('rtx-4090', 120, busy)], facts), facts)).toBeNull()
})

test('sessions that do not fit at once and were measured all the same: one line says why, in both tables', () => {
  const sessions = makeRun({
    card: 'rtx-4090',
    scenario: 'llama-3.1-8b-fp8-50-sessions',
    title: '50 concurrent Llama 8B FP8',
    scenarioFields: { load: users },
    result: { outputTokensPerS: 2086 },
  })
  const notes = demandTable(selectRuns([sessions], facts), facts)!.notes
  expect(notes).toContainEqual(
    expect.stringMatching(/"What fits in memory" says OOM because only \d+ of 50 fit at once/),
  )
})
