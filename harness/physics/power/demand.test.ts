import { expect, test } from 'vitest'
import { cardByKey } from '../../catalogue/cards.ts'
import { modelByKey } from '../../catalogue/own-models.ts'
import { powerReadings, readingActivity } from '../../testing/measured-power.ts'
import { efficiencyOf } from '../efficiency.ts'
import { type StepLoad, stepTimeMs } from '../step-time.ts'
import { demandW, editionShare, idlePowerW, loadPowerW } from './demand.ts'

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
  const step = stepTimeMs({ card, model, efficiency: efficiencyOf(card, model).expected }, load)
  return loadPowerW(card, { ...step, busy: 1 }, powerLimitW)
}

test.each(powerReadings)('$id on $card: $measuredW W within its tolerance', (reading) => {
  const card = cardByKey(reading.card)!
  const modelled = loadPowerW(card, readingActivity(reading, card))
  expect(Math.abs(modelled / reading.measuredW - 1)).toBeLessThan(reading.tolerance)
})

test.each([
  // the bounds are those of the readings above, scaled to this load: no source has measured it
  ['rtx-4090', decode, 270, 330],
  ['rtx-pro-6000-max-q', decode, 290, 300],
  ['rtx-pro-6000-workstation', decode, 500, 570],
  ['rtx-pro-6000-workstation', prefill, 590, 600],
  ['l40s', prefill, 340, 350],
])('%s %# of 8B FP8', (cardKey, load, lowestW, highestW) => {
  expect(powerW(cardKey, load)).toBeGreaterThanOrEqual(lowestW)
  expect(powerW(cardKey, load)).toBeLessThanOrEqual(highestW)
})

test('the rated power and a lower limit cut', () => {
  expect(powerW('rtx-pro-6000-max-q', prefill)).toBe(300)
  expect(powerW('rtx-4090', prefill, 250)).toBe(250)
})

test('by hand: a 4090 that reads half of its time and waits the other, busy for half', () => {
  // 50.8 + (450 - 50.8) x (0.5 x 0.45 + 0.5 x 0.1 + 0.4 x 0.12) x 0.5
  const card = cardByKey('rtx-4090')!
  const reads = { memoryShare: 0.5, computeShare: 0, bandwidthShare: 0.4, arithmeticShare: 0 }
  expect(loadPowerW(card, { ...reads, busy: 0.5 })).toBeCloseTo(115.2708, 4)
  expect(loadPowerW(card, { ...reads, computeShare: 1, busy: 0 })).toBe(idlePowerW(card))
})

test('what is read and computed is paid for: more of either draws more', () => {
  const card = cardByKey('rtx-pro-6000-workstation')!
  const activity = { busy: 1, memoryShare: 0.9, computeShare: 0, bandwidthShare: 0.5, arithmeticShare: 0.1 }
  const watts = demandW(card, activity)
  expect(demandW(card, { ...activity, bandwidthShare: 0.8 })).toBeGreaterThan(watts)
  expect(demandW(card, { ...activity, arithmeticShare: 0.3 })).toBeGreaterThan(watts)
})

test('an edition with a lower voltage needs less power for the same work, and a chip is one chip', () => {
  const [workstation, server, maxQ] = ['workstation', 'server', 'max-q'].map((key) => cardByKey(`rtx-pro-6000-${key}`)!)
  expect(editionShare(workstation!)).toBe(1)
  expect(editionShare(server!)).toBe(editionShare(maxQ!))
  const work = { busy: 1, memoryShare: 0.9, computeShare: 0, bandwidthShare: 0.7, arithmeticShare: 0.1 }
  expect(demandW(maxQ!, work)).toBeLessThan(0.8 * demandW(workstation!, work))
  // an L40S has more SMs than a 4090 of the same chip: its limit of 350 W is what holds it back
  expect(demandW(cardByKey('l40s')!, { ...work, computeShare: 0.1, arithmeticShare: 0.5 })).toBeGreaterThan(450)
})
