import { expect, test } from 'vitest'
import { METRIC_DEFINITIONS } from '../../harness/metrics/definitions.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { selectRuns } from '../tables/selection.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { goodputTable } from './goodput.ts'

/** The row of one scenario on two cards: 20 and 30 requests/s, by definitions of these versions. */
function tableOf(under: number | undefined, over: number | undefined, goodput: number | string = 20) {
  const run = (card: string, metricDefinitions: number | undefined, goodputRequestsPerS: number | string) =>
    makeRun({
      card,
      slo: { ttftMs: 100 },
      result: { goodputRequestsPerS },
      more: metricDefinitions === undefined ? {} : { metricDefinitions },
    })
  const runs = [run('rtx-4090', under, goodput), run('rtx-pro-6000-max-q', over, 30)]
  const table = goodputTable(selectRuns(runs, makeFacts()))!
  return { uplift: table.rows[0]!.cells.at(-1), notes: table.notes.join(' ') }
}

test('the uplift is the ratio of the two, by one definition', () => {
  const { uplift, notes } = tableOf(METRIC_DEFINITIONS, METRIC_DEFINITIONS)
  expect(uplift).toMatchObject({ kind: 'ratio', value: 1.5 })
  expect(notes).toMatch(/requests that completed in the window/)
  expect(notes).not.toMatch(/earlier versions/)
})

test('runs of earlier versions lack requests at the edges, and the table says so', () => {
  const { uplift, notes } = tableOf(undefined, 2)
  expect(uplift).toMatchObject({ kind: 'ratio', value: 1.5 })
  expect(notes).toMatch(/earlier versions .* goodput is too low/)
})

test('there is no uplift between two definitions', () => {
  expect(tableOf(2, METRIC_DEFINITIONS).uplift).toMatchObject({
    reason: 'the two records define goodput differently: measure again',
  })
})

test('a goodput that is missing gives no uplift, for its own reason', () => {
  const why = 'no successful request lies wholly inside the window'
  expect(tableOf(METRIC_DEFINITIONS, METRIC_DEFINITIONS, why).uplift).toMatchObject({ reason: why })
})
