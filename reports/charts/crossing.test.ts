import { expect, test } from 'vitest'
import { type CrossingSide, crossingOf, crossingText } from './crossing.ts'

const at = { years: 3, tariffGbpPerKwh: 0.4, utilisation: 1, pue: 1.5 }
function side(priceGbp: number, loadW: number, outputTokensPerS: number, half: number | null): CrossingSide {
  const ci95 = half === null ? null : ([outputTokensPerS - half, outputTokensPerS + half] as const)
  return { inputs: { ...at, priceGbp, idleW: 20 }, loadW, outputTokensPerS, ci95 }
}
const cheap = (half: number | null) => side(1300, 450, 1100, half)

test('the interval is that of the ratio at the ends of both throughputs', () => {
  const found = crossingOf(cheap(20), side(2000, 250, 1200, 20))
  const ends = [
    crossingOf(side(1300, 450, 1080, null), side(2000, 250, 1220, null)).share!,
    crossingOf(side(1300, 450, 1120, null), side(2000, 250, 1180, null)).share!,
  ]
  expect(found.interval).toEqual(ends)
  expect(crossingText(found)).toMatch(/^cost the same per token at [\d.]+ % utilisation \([\d.]+ to [\d.]+ %\)$/)
})

test('without an interval there is a word why', () => {
  expect(crossingOf(cheap(null), side(2000, 250, 1200, null)).why).toBe('no throughput has a confidence interval')
  const open = crossingOf(cheap(20), side(2000, 250, 1200, 600))
  expect(open).toMatchObject({ interval: null, why: expect.stringMatching(/^interval open/) })
  const never = crossingOf(cheap(5), side(9000, 450, 1100, 5))
  expect(crossingText(never)).toBe(
    'do not cost the same per token at any utilisation (nor at any throughput within the intervals)',
  )
  // A throughput whose interval reaches nothing decides nothing.
  expect(crossingOf(cheap(2000), side(2000, 250, 1200, null)).interval).toBeNull()
})
