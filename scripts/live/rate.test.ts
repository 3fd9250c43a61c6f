import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyRates, nextPhase, type RateWindow, ratePerS, withEvents } from './rate.ts'
import { lastMinute, sparkline } from './sparkline.ts'

/** Ticks every 250 ms, with a lump of events every `everyMs`. */
function ticked(untilMs: number, everyMs: number, events: number, from: RateWindow = emptyRates) {
  const shown: (number | null)[] = []
  let window = from
  for (let ms = 250; ms <= untilMs; ms += 250) {
    window = withEvents(window, ms, ms % everyMs === 0 ? events : 0)
    shown.push(ratePerS(window, ms))
  }
  return { window, shown }
}

test('requests that end together are a steady rate, at any moment', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 1, max: 20_000 }), (quarters, events) => {
      const everyMs = quarters * 250
      const { shown } = ticked(60_000, everyMs, events)
      const known = shown.filter((rate) => rate !== null)
      expect(known.length).toBeGreaterThan(100)
      for (const rate of known) expect(rate).toBeCloseTo((events / everyMs) * 1000, 6)
    }),
  )
})

test('before two requests have ended there is no rate; where none ends any more it falls', () => {
  const { window, shown } = ticked(8750, 4000, 100)
  expect(shown.slice(0, -1)).toEqual(Array(34).fill(null))
  expect(shown.at(-1)).toBe(25)
  const later = [12_000, 20_000, 40_000].map((ms) => ratePerS(window, ms) ?? 0)
  expect(later[0]).toBe(25)
  expect(later[1]).toBeLessThan(25)
  expect(later[2]).toBeLessThan(later[1]!)
})

test('many short requests have the rate of all of them, from the first seconds on', () => {
  // 16 tokens every 180 ms, as ticks of 250 ms see them
  let window = emptyRates
  for (let ms = 250; ms <= 30_000; ms += 250) {
    const ended = Math.floor(ms / 180) - Math.floor((ms - 250) / 180)
    window = withEvents(window, ms, ended * 16)
    const rate = ratePerS(window, ms)
    if (ms > 2500) expect(Math.abs((rate ?? 0) / (16 / 0.18) - 1)).toBeLessThan(ms > 8000 ? 0.06 : 0.2)
  }
})

test('a new phase has a rate of its own, and the last minute goes on', () => {
  const { window } = ticked(20_000, 1000, 100)
  const next = nextPhase(window)
  expect(ratePerS(next, 20_000)).toBeNull()
  expect(lastMinute(next, 20_000, 4)).toEqual([null, null, 100, 100])
})

test('a sparkline goes from 0 to its highest value', () => {
  expect(sparkline([null, 0, 50, 100])).toBe(' ▁▅█')
  expect(sparkline([null, null])).toBe('')
})
