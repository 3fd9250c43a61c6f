import { expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { weightBytesRead } from '../physics/model/weights.ts'
import { measuredModel, publicMeasurements } from './public-measurements.ts'

test('31 rows or more, each with a source and with a card and model of the catalogue', () => {
  expect(publicMeasurements.length).toBeGreaterThanOrEqual(31)
  expect(new Set(publicMeasurements.map(({ id }) => id)).size).toBe(publicMeasurements.length)
  for (const row of publicMeasurements) {
    expect(row.source, row.id).toMatch(/^https:\/\/[^\s]+$/)
    expect(cardByKey(row.card), row.id).not.toBeNull()
    expect(measuredModel(row).weightFormat, row.id).toBe(row.format)
  }
})

test('a row is of the format that it states: 8B in FP8 reads 8.03 GB per step, in BF16 15.01', () => {
  const read = (id: string) =>
    weightBytesRead(measuredModel(publicMeasurements.find((row) => row.id === id)!), 1, 'limit') / 1e9
  expect(read('llama-3.1-8b-fp8-5090')).toBeCloseTo(8.03, 2)
  expect(read('llama-3.1-8b-fp16-5090')).toBeCloseTo(15.01, 2)
  // 13.212e9 x 0.5195 and an output head of 1.556 GB
  expect(read('qwen3-14b-awq-pro6000')).toBeCloseTo(8.42, 2)
})
