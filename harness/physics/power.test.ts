import { expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { modelByKey } from '../catalogue/models.ts'
import { idlePowerW, loadPowerW } from './power.ts'
import { defaultEfficiency, type StepLoad, stepTimeMs } from './step-time.ts'

const model = modelByKey('llama-3.1-8b-instruct-fp8')!
const decode: StepLoad = { decodeCount: 32, decodeContextSum: 32 * 512, prefills: [], kvBytesPerElement: 1 }
const prefill: StepLoad = {
  decodeCount: 0,
  decodeContextSum: 0,
  prefills: [{ newTokens: 4096, cachedTokens: 0, completes: true }],
  kvBytesPerElement: 1,
}
const powerW = (cardKey: string, load: StepLoad, powerLimitW?: number): number => {
  const card = cardByKey(cardKey)!
  const step = stepTimeMs({ card, model, efficiency: defaultEfficiency }, load)
  return loadPowerW(card, { ...step, busy: 1, ...(powerLimitW === undefined ? {} : { powerLimitW }) })
}

test.each([
  ['rtx-4090', decode, 330, 380],
  ['rtx-pro-6000-max-q', decode, 240, 300],
  ['rtx-pro-6000-workstation', decode, 280, 320],
  ['rtx-pro-6000-workstation', prefill, 400, 600],
])('%s %# draws what others measured', (cardKey, load, lowestW, highestW) => {
  expect(powerW(cardKey, load)).toBeGreaterThanOrEqual(lowestW)
  expect(powerW(cardKey, load)).toBeLessThanOrEqual(highestW)
})

test('the rated power and a lower limit cut', () => {
  expect(powerW('rtx-pro-6000-max-q', prefill)).toBe(300)
  expect(powerW('rtx-4090', prefill, 250)).toBe(250)
})

test('by hand: a 4090 that reads half of its time and waits the other, busy for half', () => {
  // 50.8 + (450 - 50.8) x (0.5 x 0.76 + 0.5 x 0.3) x 0.5
  const card = cardByKey('rtx-4090')!
  expect(loadPowerW(card, { memoryShare: 0.5, computeShare: 0, busy: 0.5 })).toBeCloseTo(156.588, 6)
  expect(loadPowerW(card, { memoryShare: 1, computeShare: 1, busy: 0 })).toBe(idlePowerW(card))
})
