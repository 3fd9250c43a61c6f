import { describe, expect, test } from 'vitest'
import { fittedLoads, heldOutLoads } from '../testing/measured-loads.ts'
import { publicMeasurements } from '../testing/public-measurements.ts'
import { medianError, medianUnseen, predictedRows, reasonOf } from './predict-rows.ts'

const rows = predictedRows()
const counted = rows.filter(({ use }) => use !== 'not the card')
const of = (id: string) => rows.find(({ row }) => row.id === id)!

test('every public row is predicted once; the ones that do not count say why', () => {
  const all = [...publicMeasurements, ...fittedLoads, ...heldOutLoads].map(({ id }) => id)
  expect(rows.map(({ row }) => row.id)).toEqual(all)
  expect(new Set(all).size).toBe(all.length)
  for (const { row, use } of rows) expect(reasonOf(row) === null).toBe(use !== 'not the card')
})

test.each(counted.map((at) => [at.row.id, at] as const))(
  '%s: possible, and not slower than a healthy server',
  (_, at) => {
    expect(at.row.tokensPerS).toBeLessThanOrEqual(at.limit)
    expect(at.row.tokensPerS).toBeGreaterThanOrEqual(at.prediction.band.slow.outputTokensPerS)
  },
)

test('a memory that copies at its usual rate narrows the range, and still no public row is below it', () => {
  for (const { row, prediction, slowWithKnownMemory } of counted) {
    expect(row.tokensPerS, row.id).toBeGreaterThanOrEqual(slowWithKnownMemory)
    expect(slowWithKnownMemory).toBeGreaterThanOrEqual(prediction.band.slow.outputTokensPerS)
  }
  const { usual, knownMemory } = medianUnseen(counted)
  expect(usual).toBeCloseTo(0.245, 2)
  expect(knownMemory).toBeCloseTo(0.187, 2)
})

describe('the median error of the expectation is below 10 %', () => {
  test.each(['fitted', 'held out'] as const)('%s', (use) => {
    const some = counted.filter((at) => at.use === use)
    expect(some.length).toBeGreaterThan(10)
    expect(medianError(some)).toBeLessThan(0.1)
  })

  test('and no row is off by more than a third', () => {
    expect(Math.max(...counted.map(({ error }) => Math.abs(error)))).toBeLessThan(1 / 3)
  })
})

test('what the expectation was worst at: AWQ under long prompts within 12 %, FP8 on an L40S within 25 %', () => {
  expect(Math.abs(of('llama-3.3-70b-awq-pro6000').error)).toBeLessThan(0.12)
  expect(Math.abs(of('llama-3.3-70b-awq-l40s').error)).toBeLessThan(0.12)
  expect(Math.abs(of('llama-3.1-8b-fp8-l40s-mlperf').error)).toBeLessThan(0.25)
})

test('the fastest public row is a remark and not impossible: 4B in BF16 at 92 % of what memory allows', () => {
  const { verdict, limit, row } = of('qwen3-4b-bf16-pro6000')
  expect(verdict).toBe('fast')
  expect(row.tokensPerS / limit).toBeCloseTo(0.92, 2)
})

test('the median of an even number of rows is between the two in the middle', () => {
  const [first] = rows
  const withErrors = (...errors: number[]) => errors.map((error) => ({ ...first!, error }))
  expect(medianError(withErrors(0.1, -0.3, 0.2, 0.05))).toBeCloseTo(0.15, 12)
  expect(medianError(withErrors(-0.3, 0.1, 0.2))).toBeCloseTo(0.2, 12)
  expect(medianError([])).toBeNaN()
})
