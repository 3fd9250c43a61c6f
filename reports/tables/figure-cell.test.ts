import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { sensibleDigits } from '../render/digits.ts'
import { measuredOf } from './figure-cell.ts'

test('a metric that a complete record lacks came with a later version; an interrupted run names its status', () => {
  const complete = makeRun({ card: 'rtx-4090', result: { outputTokensPerS: 1000 } })
  const interrupted = { ...complete, status: 'interrupted' as const }
  expect(measuredOf(complete, 'peakPowerW')).toEqual({
    reason: 'Peak power is not in the record: it was made by an earlier version',
  })
  expect(measuredOf(interrupted, 'peakPowerW')).toEqual({
    reason: `${complete.id} has no Peak power: the run is interrupted`,
  })
})

test.each([
  [567.3, 84.7, 1, 0],
  [83.04, 8.2, 1, 1],
  [11.43, 1.43, 2, 1],
  [0.262, 0.009, 3, 3],
  [6.22, 5.72, 2, 1],
  [0.5, 0.0004, 2, 3],
  [153.08, 0.3, 0, 1],
  [153.08, 0.6, 0, 0],
  [1380.2, 0.3, 0, 0],
])('%d ± %d, of at most %i digits, has %i', (value, half, most, digits) => {
  expect(sensibleDigits(value, [value - half, value + half], most)).toBe(digits)
})

test('without a width a figure has the digits of its metric, and none above 1,000', () => {
  expect(sensibleDigits(35.21, null, 1)).toBe(1)
  expect(sensibleDigits(35.21, [35.21, 35.21], 1)).toBe(1)
  expect(sensibleDigits(1798.8, null, 1)).toBe(0)
})
