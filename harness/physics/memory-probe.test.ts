import { expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { modelByKey } from '../catalogue/own-models.ts'
import { fittedLoads, heldOutLoads } from '../testing/measured-loads.ts'
import { measuredModel, publicMeasurements } from '../testing/public-measurements.ts'
import { achievedGBs, bytesPerStep, probeExpectation } from './memory-probe.ts'

const stream = { contextTokens: 192, kvBytesPerElement: 1, gpus: 1, powerLimitW: null } as const
const probe = (card: string, model = 'llama-3.1-8b-instruct-fp8') =>
  probeExpectation(cardByKey(card)!, modelByKey(model)!, stream)

test('bytes of a step are weights without the input embedding, and the KV of the context', () => {
  // 6.98e9 linear parameters in FP8, 525 million of the head in 16 bits, norms; 192 tokens of 65,536 bytes
  const bytes = bytesPerStep(cardByKey('rtx-4090')!, modelByKey('llama-3.1-8b-instruct-fp8')!, stream)
  expect(bytes / 1e9).toBeCloseTo(6.98 + 2 * 0.5253 + 0.0126, 1)
  expect(achievedGBs(8e9, 90)).toBe(720)
})

test('a card that is given no bandwidth by its datasheet is not expected to have more', () => {
  for (const card of ['rtx-4090', 'h200', 'l4', 'rtx-pro-6000-max-q']) {
    const { lowGBs, expectedGBs, datasheetGBs } = probe(card)
    expect(lowGBs).toBeLessThan(expectedGBs)
    expect(expectedGBs).toBeLessThan(datasheetGBs)
  }
})

test.each([
  'rtx-4090',
  'rtx-5090',
  'rtx-pro-6000-workstation',
  'rtx-pro-6000-max-q',
  'rtx-pro-6000-server',
  'l40s',
  'l4',
])('with 8B on %s the slow edge is above a loss of a fifth', (card) => {
  const { lowGBs, expectedGBs } = probe(card)
  expect(lowGBs / expectedGBs).toBeGreaterThan(0.83)
})

test('on HBM a step of 8B is too short to show that loss, and one of 70B is not', () => {
  const of = (model: string) => {
    const { lowGBs, expectedGBs } = probe('h200', model)
    return lowGBs / expectedGBs
  }
  expect(of('llama-3.1-8b-instruct-fp8')).toBeLessThan(0.7)
  expect(of('llama-3.1-70b-instruct-fp8')).toBeGreaterThan(0.83)
})

const oneStream = [...publicMeasurements, ...fittedLoads, ...heldOutLoads].filter(({ load }) => load.concurrency === 1)

test('there are public measurements of one stream to hold the edge against', () => {
  expect(oneStream.length).toBeGreaterThan(15)
})

test.each(oneStream.map((row) => [row.id, row] as const))('%s is above the slow edge', (_, row) => {
  const card = cardByKey(row.card)!
  const model = measuredModel(row)
  const of = {
    contextTokens: (row.load.promptTokens ?? 64) + (row.load.outputTokens ?? 512) / 2,
    kvBytesPerElement: 2,
    gpus: row.gpus,
    powerLimitW: null,
  } as const
  expect(achievedGBs(bytesPerStep(card, model, of), row.tokensPerS)).toBeGreaterThan(
    probeExpectation(card, model, of).lowGBs,
  )
})
