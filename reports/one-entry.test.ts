import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { metrics } from '../harness/metrics/catalogue.ts'
import { resultOf } from '../harness/metrics/result.ts'
import { missing } from '../harness/record/measured.ts'
import { makeRun } from '../harness/testing/record-builder.ts'
import { makeTextTrial } from '../harness/testing/trial-builder.ts'
import { buildReport } from './build.ts'
import { compareRuns } from './compare/comparison.ts'
import { comparisonReport } from './compare/report.ts'
import { quoteInputsSchema } from './quote/inputs.ts'
import { workloadOf } from './quote/measured/workload.ts'
import { runSummaryTable } from './tables/run-summary.ts'

/** One entry of the catalogue is enough: input tokens per joule, followed to every place that people read. */
const energyOf = (joules: number) => makeTextTrial({ promptTokens: 16_384, energyJ: joules })
const trials = [energyOf(20_000), energyOf(20_480), energyOf(20_960)]
const run = (card: string, speed = 1) => {
  const faster = trials.map((trial) => ({ ...trial, energyJ: Number(trial.energyJ) / speed }))
  return { ...makeRun({ card, trialList: faster }), result: resultOf(faster) }
}
const label = 'Input energy efficiency'
const textOf = (value: unknown): string => JSON.stringify(value)

test('input tokens per joule: prompt tokens of the window / joules of the window', () => {
  expect(metrics.inputTokensPerJ.of(energyOf(20_480))).toBe(0.8)
  expect(metrics.inputTokensPerJ.of(makeTextTrial({ energyJ: missing('no nvidia-smi') }))).toEqual(
    missing('no nvidia-smi'),
  )
  expect(metrics.inputTokensPerJ.of(energyOf(0))).toMatchObject({ value: null })
})

describe('it stands in', () => {
  test('the result of the record, with its interval', () => {
    const figure = run('rtx-4090').result['inputTokensPerJ']
    expect(figure).toMatchObject({ mean: expect.closeTo(0.8003, 4), n: 3, unit: 'tokens/J' })
    expect(figure?.ci95?.[0]).toBeLessThan(0.8)
  })

  test('the summary of a run and the report', () => {
    expect(textOf(runSummaryTable(run('rtx-4090')))).toContain(`${label} (tokens/J)`)
    const report = buildReport([run('rtx-4090'), run('rtx-5090', 1.2)])
    expect(textOf(report.tables.find(({ id }) => id === 'metrics'))).toContain(`"${label}"`)
  })

  test('the comparison, with a verdict', () => {
    const [scenario] = compareRuns([run('rtx-4090')], [run('rtx-4090', 1.3)]).scenarios
    expect(scenario?.metrics.find(({ key }) => key === 'inputTokensPerJ')?.verdict).toBe('improved')
    expect(textOf(comparisonReport(compareRuns([run('rtx-4090')], [run('rtx-4090')])).tables)).toContain(label)
  })

  test('the quote, at the conservative end', () => {
    const inputs = quoteInputsSchema.parse({ box: { capexGbp: 3600 }, electricity: { tariffGbpPerKwh: 0.25 } })
    const known = workloadOf(run('rtx-4090'), inputs)
    const promised = 'value' in known ? known.value.others.find((each) => each.term === label) : undefined
    expect(promised).toMatchObject({ bound: 'at least', unit: 'tokens/J' })
    expect(promised?.value).toBeLessThan(0.8)
  })

  test('the documentation', async () => {
    const page = await readFile(new URL('../docs/metrics.md', import.meta.url), 'utf8')
    expect(page).toContain(`| ${label} | \`inputTokensPerJ\` | tokens/J | higher |`)
  })
})
