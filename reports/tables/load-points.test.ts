import { expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { loadPointTables } from './load-points.ts'

/** A run of a sweep; everything but the load, its name and its title is the same. */
const point = (concurrency: number, scenarioFields: object = {}): RunRecord =>
  makeRun({
    card: 'rtx-4090',
    scenario: `chat-c${concurrency}`,
    title: `Chat, ${concurrency} streams`,
    concurrency,
    scenarioFields,
    result: { outputTokensPerS: 100 * concurrency },
  })

test('runs that differ only in their load are one table, in their order', () => {
  const [table, ...others] = loadPointTables([point(1), point(8)])
  expect(others).toEqual([])
  expect(table?.title).toMatch(/^Chat on /)
  expect(table?.rows.map(({ cells }) => cells[0])).toMatchObject([{ text: '1 stream' }, { text: '8 streams' }])
  expect(table?.rows.map(({ cells }) => cells[1])).toMatchObject([{ value: 100 }, { value: 800 }])
})

test.each([
  ['one run', [point(1)]],
  ['the same load again', [point(4), point(4)]],
  ['other prompts', [point(1), point(8, { seed: 2 })]],
])('%s is no sweep', (_, records) => {
  expect(loadPointTables(records)).toEqual([])
})
