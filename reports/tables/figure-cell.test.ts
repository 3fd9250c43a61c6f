import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
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
