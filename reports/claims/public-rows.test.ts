import { describe, expect, test } from 'vitest'
import { fittedLoads, heldOutLoads } from '../../harness/testing/measured-loads.ts'
import { publicMeasurements } from '../../harness/testing/public-measurements.ts'
import type { PublicMeasurement } from '../../harness/testing/public-sources.ts'
import { auditClaims } from './audit.ts'
import { claimCatalogue } from './claim-catalogue.ts'
import { parseClaims } from './file/parse.ts'

/** The row as a table would print it, with as much of its workload as the source of a claim may state. */
function rowOf(row: PublicMeasurement, workload: object) {
  const { promptTokens, outputTokens, concurrency } = row.load
  const context = promptTokens === null || outputTokens === null ? null : promptTokens + outputTokens
  const cards = row.gpus === 1 ? {} : { cards: row.gpus }
  return {
    id: row.id,
    label: row.id,
    workload: { model: row.model, quant: row.format, batch: concurrency, context, ...cards, ...workload },
    [row.card]: `${row.tokensPerS} t/s`,
  }
}

/** The verdict on a rate that stands alone in its file. */
function verdictOn(row: PublicMeasurement, workload: object = {}) {
  const claims = parseClaims(
    {
      schema: 1,
      source: { title: row.source },
      cards: { [row.card]: { label: row.card } },
      tables: { throughput: { title: 'Throughput', rows: [rowOf(row, workload)] } },
    },
    row.id,
  )
  const verdict = auditClaims(claims, claimCatalogue).find(({ cell }) => cell === `throughput.${row.id}.${row.card}`)!
  return { ...verdict, why: verdict.why.join('; ') }
}

/** The 31 rows, and the loads that the expectation is fitted to and tested on. */
const rows = [...publicMeasurements, ...fittedLoads, ...heldOutLoads]

describe.each(rows.map((row) => [row.id, row] as const))('%s, measured and published', (_, row) => {
  test('is plausible where its batch is known, else underspecified at most', () => {
    const { status, why } = verdictOn(row)
    expect(status, why).toMatch(row.load.concurrency === null ? /^(plausible|underspecified)$/ : /^plausible$/)
  })

  test.each([
    ['batch', { batch: null }],
    ['format', { quant: null }],
    ['speculation', { speculation: null }],
    ['anything', { batch: null, quant: null, context: null, speculation: null }],
  ])('is never impossible when its source does not state %s', (__, unstated) => {
    const { status, why } = verdictOn(row, unstated)
    expect(status, why).toMatch(/^(plausible|underspecified)$/)
  })
})

test('the audit is no idle one: twice a measured rate of one stream is impossible, or open where the source is', () => {
  const single = publicMeasurements.filter(({ load, tokensPerS }) => load.concurrency === 1 && tokensPerS > 0)
  for (const row of single) {
    const twice = { ...row, tokensPerS: 2 * row.tokensPerS }
    expect(verdictOn(twice).status, row.id).toBe('impossible')
    expect(verdictOn(twice, { speculation: null }).status, row.id).toBe('underspecified')
    expect(verdictOn(twice, { batch: null }).status, row.id).toBe('underspecified')
  }
})
