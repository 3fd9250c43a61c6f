import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { findRuns } from '../harness/record/disk/run-folders.ts'
import { readRun } from '../harness/record/read.ts'
import type { RunRecord } from '../harness/record/schema/run.ts'
import { buildReport } from './build.ts'
import { compareRuns } from './compare/comparison.ts'
import { runSummaryTable } from './tables/run-summary.ts'

/** Records that joulemark 0.1.0 wrote (schema 1) are reported and compared like any other. */
const folder = fileURLToPath(new URL('../harness/testing/fixtures/records-v1', import.meta.url))
let runs: readonly RunRecord[]
beforeAll(async () => {
  runs = (await Promise.all((await findRuns([folder])).map(readRun))).map(({ record }) => record)
})
const runOf = (scenario: string) => runs.find(({ scenario: { name } }) => name === scenario)!

test('the report shows the numbers of the record', () => {
  const report = buildReport([runOf('v1-text'), runOf('v1-image'), runOf('v1-training')])
  const throughput = report.tables.find(({ id }) => id === 'throughput')
  const shown = Object.fromEntries(
    throughput!.rows.map(({ id, cells }) => [id, cells[1]?.kind === 'number' ? cells[1].value : null]),
  )
  expect(shown).toEqual({
    'v1-text': runOf('v1-text').result['outputTokensPerS']?.mean,
    'v1-image': runOf('v1-image').result['secondsPerImage']?.mean,
    'v1-training': runOf('v1-training').result['stepsPerS']?.mean,
  })
  expect(report.simulated).toBe(true)
})

test('the summary of a run shows why a value is missing', () => {
  const cells = runSummaryTable(runOf('v1-no-gpu')).rows.find(({ id }) => id === 'tokensPerJ')?.cells
  expect(cells?.[1]).toMatchObject({ kind: 'missing', reason: expect.stringMatching(/--no-gpu/) })
})

test('two of them are compared, trial by trial', () => {
  const { scenarios, objections } = compareRuns([runOf('v1-text')], [{ ...runOf('v1-text'), id: 'another' }])
  expect(objections).toEqual([])
  const throughput = scenarios[0]?.metrics.find(({ key }) => key === 'outputTokensPerS')
  expect(throughput?.baseline).toEqual({ mean: runOf('v1-text').result['outputTokensPerS']?.mean, trials: 2, runs: 1 })
  expect(throughput?.relative?.value).toBe(0)
})
