import { expect, test } from 'vitest'
import { describeHardware } from './hardware.ts'
import { simulatorDefaults } from './options.ts'

const box = { ...simulatorDefaults, card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' }
const decode = { decodeCount: 1, decodeContextSum: 500, prefills: [], scheduled: [], tokenCount: 1 }

test('a driver that costs 5 % of bandwidth makes a decode step that waits for memory 5 % longer, but for its overhead', () => {
  const well = describeHardware(box).costOf(decode).timeMs
  const slow = describeHardware({ ...box, bandwidthShare: 0.95 }).costOf(decode).timeMs
  expect(slow / well).toBeGreaterThan(1.045)
  expect(slow / well).toBeLessThan(1 / 0.95)
})
