import { expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { fittedLoads, heldOutLoads } from '../testing/measured-loads.ts'
import { measuredModel, publicMeasurements } from '../testing/public-measurements.ts'
import { decodeLimit } from './limit.ts'

/** As many as any server runs at once, where the source states no number: the limit is then that of arithmetic. */
const ANY_CONCURRENCY = 4096

/** The 31 rows, and the loads that the expectation is fitted to and tested on. */
const rows = [...publicMeasurements, ...fittedLoads, ...heldOutLoads]
const shares = rows.map((row) => {
  const limit = decodeLimit(cardByKey(row.card)!, measuredModel(row), {
    concurrency: row.load.concurrency ?? ANY_CONCURRENCY,
    contextTokens: row.load.promptTokens ?? 0,
    kvBytesPerElement: 1,
    gpus: row.gpus,
  })
  return { row, share: row.tokensPerS / limit.tokensPerS }
})

test.each(shares.map((at) => [at.row.id, at] as const))('%s is below its limit', (_, { share }) => {
  expect(share).toBeLessThan(1)
})

test('the limit is no idle one: single streams of dense models reach 0.5 to 0.95 of it', () => {
  const single = shares
    .filter(({ row }) => publicMeasurements.includes(row) && row.load.concurrency === 1)
    .map(({ share }) => share)
  expect(single.length).toBeGreaterThanOrEqual(15)
  expect(Math.max(...single)).toBeLessThan(0.95)
  expect(Math.min(...single)).toBeGreaterThan(0.5)
})
