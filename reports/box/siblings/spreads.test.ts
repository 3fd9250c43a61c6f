import { expect, test } from 'vitest'
import { heldAgainstOthers } from '../../../harness/verdict/siblings.ts'
import { siblingSpread, siblingSpreads } from './spreads.ts'

/** Cards of one server as others have measured them, all of them working. */
const published: readonly [string, keyof typeof siblingSpreads, readonly number[]][] = [
  ['eight H20, copy', 'copyBandwidthGBs', [1116.3, 1116.3, 1115.72, 1116.16, 1116.16, 1116.88, 1117.17, 1116.3]],
  ['eight A100, gpu_burn', 'matrixTflops', [16.942, 17.093, 16.957, 16.926, 16.89, 16.95, 17.01, 16.926]],
  [
    'sixteen V100, gpu_burn',
    'matrixTflops',
    [
      ...[6.311, 6.44, 6.49, 6.457, 6.451, 6.454, 6.446, 6.461],
      ...[6.48, 6.411, 6.66, 6.532, 6.523, 6.49, 6.432, 6.439],
    ],
  ],
  ['eight RTX 4090, from the host', 'fromHostGBs', [25.5, 24.26, 23.9, 26.3, 26.28, 26.38, 26.09, 26.31]],
  ['eight RTX 4090, to the host', 'toHostGBs', [26.77, 26.47, 26.25, 26.63, 27.1, 27.11, 27.11, 26.83]],
]

test.each(published)('%s: no card is named among the published ones', (_, metric, values) => {
  // as in a night of eight figures, and with the figure alone, whose margin is the narrowest
  for (const figures of [8, 1]) {
    const held = heldAgainstOthers(values, siblingSpreads[metric].share, figures * values.length)
    const named = held?.filter(({ reference, margin }, at) => 1 - values[at]! / reference > margin)
    expect(named).toEqual([])
  }
})

test.each(published)('%s: one that lost 10 % is', (_, metric, values) => {
  if (metric === 'fromHostGBs' || metric === 'toHostGBs') return
  const lost = values.with(0, values[0]! * 0.9)
  const [first] = heldAgainstOthers(lost, siblingSpreads[metric].share, 8 * values.length)!
  expect(1 - lost[0]! / first!.reference).toBeGreaterThan(first!.margin)
})

test('a figure that is not listed has the spread of other servers, which is said to be assumed', () => {
  expect(siblingSpread('energyJ', 0.03)).toMatchObject({ share: 0.03, basis: 'assumed' })
})
