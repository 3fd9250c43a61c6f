import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { settingAt } from '../../harness/testing/setting-builder.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { selectRuns } from './selection.ts'

const facts = makeFacts()
const at = (hour: number) => `2026-11-01T${String(hour).padStart(2, '0')}:00:00Z`

test('takes the newest complete run and says so', () => {
  const runs = [
    makeRun({ card: 'rtx-4090', startedAt: at(1) }),
    makeRun({ card: 'rtx-4090', startedAt: at(2) }),
    makeRun({ card: 'rtx-4090', startedAt: at(3), status: 'interrupted' }),
  ]
  const selection = selectRuns(runs, facts)
  expect(selection.runOf('llama-3.1-8b-fp8-batch32', 'rtx-4090')!.startedAt).toBe(at(2))
  expect(selection.notes).toEqual([
    `Llama 3.1 8B FP8 batch 32 agg on RTX 4090: 3 runs given; the table shows ${runs[1]!.id}.`,
  ])
})

test('of runs at different settings the note says which one is shown', () => {
  const at300 = makeRun({
    card: 'rtx-4090',
    startedAt: at(2),
    more: { setting: settingAt(300, { by: 'box' }) },
  })
  const [note] = selectRuns([makeRun({ card: 'rtx-4090', startedAt: at(1) }), at300], facts).notes
  expect(note).toMatch(/the table shows \S+, measured at 300 W\.$/)
})

test('a newer simulated run never takes the place of a live one', () => {
  const live = makeRun({ card: 'rtx-4090', startedAt: at(1) })
  const simulated = makeRun({ card: 'rtx-4090', startedAt: at(2), source: 'simulated' })
  expect(selectRuns([simulated, live], facts).runOf('llama-3.1-8b-fp8-batch32', 'rtx-4090')).toBe(live)
})

test('columns by price with unlisted cards last, rows in the order of first running', () => {
  const runs = [
    makeRun({ card: 'mystery', name: 'Mystery GPU', startedAt: at(4) }),
    makeRun({ card: 'rtx-pro-6000-max-q', scenario: 'later', startedAt: at(3) }),
    makeRun({ card: 'rtx-4090', startedAt: at(2) }),
  ]
  const selection = selectRuns(runs, facts)
  expect(selection.cards.map((card) => card.label)).toEqual(['RTX 4090', 'RTX PRO 6000 Max-Q', 'Mystery GPU'])
  expect(selection.scenarios.map((row) => row.name)).toEqual(['llama-3.1-8b-fp8-batch32', 'later'])
})

test('says when the scenario differs between the cards, and what changed', () => {
  const one = makeRun({ card: 'rtx-4090' })
  const other = makeRun({ card: 'rtx-pro-6000-max-q', concurrency: 48 })
  const notes = selectRuns([one, { ...other, scenarioSha256: 'another' }], facts).notes
  expect(notes).toEqual(['Llama 3.1 8B FP8 batch 32 agg: the scenario differs between columns (load).'])
})

test('an interrupted run that stands alone is shown and named', () => {
  const run = makeRun({ card: 'rtx-4090', status: 'interrupted', result: { outputTokensPerS: [2000, 1990, 2010] } })
  expect(selectRuns([run], facts).notes).toEqual([
    `${run.id} is interrupted: its results are based on the completed trials.`,
  ])
  expect(selectRuns([{ ...run, result: {}, trials: [] }], facts).notes).toEqual([
    `${run.id} is interrupted: no trial was completed, so that it has no result.`,
  ])
})

test('a run that was measured alone goes before one with other cards under load', () => {
  const alone = makeRun({ card: 'rtx-4090', startedAt: at(1) })
  const cards = [...alone.gpus.map(({ uuid }) => uuid), 'GPU-beside']
  const more = { box: { part: 'together' as const, cards, underLoad: cards } }
  const beside = makeRun({ card: 'rtx-4090', startedAt: at(2), more })
  expect(selectRuns([beside, alone], facts).runOf('llama-3.1-8b-fp8-batch32', 'rtx-4090')).toBe(alone)
})

test('the loads of a sweep are in order, also those that were measured later', () => {
  const at = (concurrency: number, minute: number) =>
    makeRun({
      ...{ card: 'rtx-4090', concurrency, scenario: `chat-c${concurrency}`, title: `Chat, ${concurrency} streams` },
      startedAt: `2026-11-01T10:0${minute}:00Z`,
    })
  const other = makeRun({ card: 'rtx-4090', scenario: 'other', startedAt: '2026-11-01T10:03:00Z' })
  const { scenarios } = selectRuns([at(1, 0), at(16, 2), at(8, 1), other, at(11, 4)], makeFacts())
  expect(scenarios.map(({ name }) => name)).toEqual(['chat-c1', 'chat-c8', 'chat-c11', 'chat-c16', 'other'])
})
