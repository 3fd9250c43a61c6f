import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { formatCell } from '../render/format-cell.ts'
import { selectRuns } from '../tables/selection.ts'
import type { Table } from '../tables/table.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { throughputTable } from './throughput.ts'

const one = { scenario: 'llama-3.1-8b-fp8-single', title: 'Llama 3.1 8B FP8 decode b1', concurrency: 1 }
const facts = makeFacts({
  limit: (run) => ({
    value: { value: run.card.key === 'rtx-4090' ? 125.5 : 223.1, share: 0, bound: 'memory bandwidth' },
  }),
  fit: (run, card) => ({
    value: {
      fits: !(run.scenario.name === 'big' && card === 'rtx-4090'),
      reason: 'does not fit: 72.7 GB of weights on 24 GB',
      evidence: '72.7 GB of weights on 25.3 GB',
    },
  }),
})
const mains = (table: Table) =>
  table.rows.map((row) => row.cells.map((cell) => formatCell(cell).main.replaceAll('\u00a0', ' ')))

test('one stream is judged by its decode rate, against the limit of its card', () => {
  const runs = [
    makeRun({ card: 'rtx-4090', ...one, result: { decodeTokensPerS: [100, 98, 102], outputTokensPerS: 90 } }),
    makeRun({
      card: 'rtx-pro-6000-max-q',
      ...one,
      result: { decodeTokensPerS: [180, 178, 182], outputTokensPerS: 150 },
    }),
  ]
  const table = throughputTable(selectRuns(runs, facts), facts)
  expect(table.columns.map((column) => column.head)).toEqual(['Workload', 'RTX 4090', 'RTX PRO 6000 Max-Q', 'Uplift'])
  expect(mains(table)).toEqual([['Llama 3.1 8B FP8 decode b1', '100 t/s', '180 t/s', '1.80x']])
  expect(formatCell(table.rows[0]!.cells[1]!).sub).toBe('±2 · 80\u00a0%\u00a0of\u00a0limit')
})

test('"only" where the other card is out of memory, a dash where nobody has measured it', () => {
  const runs = [
    makeRun({ card: 'rtx-4090', startedAt: '2026-11-01T12:00:00Z', result: { outputTokensPerS: 1100 } }),
    makeRun({ card: 'rtx-pro-6000-max-q', scenario: 'big', title: 'Big', result: { outputTokensPerS: 32 } }),
  ]
  expect(mains(throughputTable(selectRuns(runs, facts), facts))).toEqual([
    ['Big', 'OOM', '32.0 t/s', 'RTX PRO 6000 Max-Q only'],
    ['Llama 3.1 8B FP8 batch 32 agg', '1,100 t/s', '—', '—'],
  ])
})

test('a figure above its physical limit is shown as impossible, not capped', () => {
  const run = makeRun({ card: 'rtx-4090', ...one, result: { decodeTokensPerS: 198 } })
  const cell = throughputTable(selectRuns([run], facts), facts).rows[0]!.cells[1]!
  expect(formatCell(cell)).toMatchObject({ sub: '158\u00a0%\u00a0of\u00a0limit', tone: 'bad' })
})

test('what may explain figures above their limit is said once', () => {
  const runs = ['a', 'b'].map((scenario) =>
    makeRun({ card: 'rtx-4090', ...one, scenario, title: scenario, result: { decodeTokensPerS: 198 } }),
  )
  const { notes } = throughputTable(selectRuns(runs, facts), facts)
  expect(notes.filter((note) => note.includes('Possible causes'))).toEqual([
    expect.stringMatching(/^Above the physical limit: a on RTX 4090; b on RTX 4090\. Possible causes: speculative/),
  ])
})

test('any number of cards: each further one against the first', () => {
  const keys = ['rtx-4090', 'rtx-pro-6000-max-q', 'mystery']
  const runs = keys.map((card, index) => makeRun({ card, result: { outputTokensPerS: 1000 * (index + 1) } }))
  const table = throughputTable(selectRuns(runs, facts), facts)
  expect(table.columns.map((column) => column.head).slice(4)).toEqual(['Uplift RTX PRO 6000 Max-Q', 'Uplift mystery'])
  expect(mains(table)[0]!.slice(4)).toEqual(['2.00x', '3.00x'])
})

test('a failed run is a dash with what it died of; no throughput is divided by', () => {
  const runs = [
    makeRun({ card: 'rtx-4090', status: 'failed', failure: 'the endpoint went away' }),
    makeRun({ card: 'rtx-pro-6000-max-q', result: { outputTokensPerS: 1380 } }),
  ]
  const { cells } = throughputTable(selectRuns(runs, facts), facts).rows[0]!
  expect(cells[1]).toEqual({ kind: 'missing', reason: 'the endpoint went away' })
  expect(cells[3]).toEqual({ kind: 'missing', reason: 'the endpoint went away' })
})
