import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { crossingScript } from '../render/html/cost-picture-script.ts'
import { type Crossing, type CrossingSide, crossingOf, crossingText } from './crossing.ts'

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
  expect(crossingText(found)).toMatch(/^cost the same a token at [\d.]+ % utilisation \([\d.]+ to [\d.]+ %\)$/)
})

test('without an interval there is a word why', () => {
  expect(crossingOf(cheap(null), side(2000, 250, 1200, null)).why).toBe('no throughput has an interval')
  const open = crossingOf(cheap(20), side(2000, 250, 1200, 600))
  expect(open).toMatchObject({ interval: null, why: expect.stringMatching(/^interval open/) })
  const never = crossingOf(cheap(5), side(9000, 450, 1100, 5))
  expect(crossingText(never)).toBe(
    'do not cost the same a token at any utilisation (nor anywhere within the throughput intervals)',
  )
  // A throughput whose interval reaches nothing decides nothing.
  expect(crossingOf(cheap(2000), side(2000, 250, 1200, null)).interval).toBeNull()
})

describe('the page', () => {
  const page = runInNewContext(`${crossingScript};({ crossing, crossingText })`) as {
    crossing: (a: object, b: object, money: object) => Crossing
    crossingText: (found: Crossing) => string
  }
  const ofPage = ({ inputs, loadW, outputTokensPerS, ci95 }: CrossingSide) => ({
    ...{ priceGbp: inputs.priceGbp, idleW: inputs.idleW },
    ...{ meanPowerW: loadW, outputTokensPerS, outputTokensPerSCi95: ci95 },
  })
  const others = [1500, 2000, 4000, 9000].flatMap((price) =>
    [250, 450].flatMap((watts) =>
      [900, 1200, 3000].flatMap((tokens) => [null, 1, 60, 700].map((half) => side(price, watts, tokens, half))),
    ),
  )

  test('says what the report says, in the same words', () => {
    for (const half of [null, 30]) {
      for (const other of others) {
        const report = crossingOf(cheap(half), other)
        const found = page.crossing(ofPage(cheap(half)), ofPage(other), at)
        expect(page.crossingText(found)).toBe(crossingText(report))
      }
    }
  })
})
