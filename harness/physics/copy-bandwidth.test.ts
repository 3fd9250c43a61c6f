import { expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { copyExpectation } from './copy-bandwidth.ts'

/** The public readings that copy-bandwidth.ts names, in GB/s. */
const readings = [
  ['h100-sxm', 2959],
  ['h100-sxm', 2515],
  ['rtx-3090', 838],
  ['rtx-4090', 926],
  ['rtx-pro-6000-workstation', 1375],
  ['rtx-pro-6000-workstation', 1490],
] as const

test.each(readings)('a healthy %s that copies %d GB/s is not called slow', (key, got) => {
  const { lowGBs, datasheetGBs } = copyExpectation(cardByKey(key)!)!
  expect(got).toBeGreaterThan(lowGBs)
  expect(got).toBeLessThanOrEqual(datasheetGBs)
})

test.each(['h100-sxm', 'h200', 'a100-80gb', 'rtx-4090', 'rtx-pro-6000-max-q', 'l40s'])(
  '%s: an average card without a fifth of its bandwidth is',
  (key) => {
    const { expectedGBs, lowGBs } = copyExpectation(cardByKey(key)!)!
    expect(0.8 * expectedGBs).toBeLessThan(lowGBs)
  },
)

test('a memory of which no copy is known has no expectation', () => {
  expect(copyExpectation(cardByKey('gb10')!)).toBeNull()
})
