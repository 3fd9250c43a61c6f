import { expect, test } from 'vitest'
import { usualFleet } from './fleet-noise.ts'
import { studyFleets } from './fleet-study.ts'
import { studyIdleDriver } from './history-study.ts'

/** A small slice of `npm run bench:fleet`. */
const FLEETS = 5
const play = (truth: Partial<typeof usualFleet>) => studyFleets(FLEETS, { ...usualFleet, trials: 2, ...truth }, 3)

test.each([
  ['8 boxes with heavy tails', { boxes: 8, heavyTails: true }],
  ['20 boxes with unequal numbers of starts', { boxes: 20, starts: [1, 2, 3] }],
])('%s: no false alarm, intervals cover, 2 %% of the fleet and 6 %% of one box are found', (_name, truth) => {
  const [healthy, both] = [play(truth), play({ ...truth, fleetLoss: 0.02, boxLoss: 0.06 })]
  expect(healthy.alarms).toBe(0)
  for (const each of [healthy, both]) {
    expect(each.fleetCovered / each.fleetIntervals).toBeGreaterThan(0.85)
    expect(each.boxCovered / each.boxIntervals).toBeGreaterThan(0.9)
  }
  expect(both.fleetAlarms).toBe(FLEETS)
  expect(both.boxFound).toBe(FLEETS)
})

test('the same seed simulates the same fleets', () => {
  expect(play({ boxes: 3 })).toEqual(play({ boxes: 3 }))
})

test('a driver that changed nothing is named in few of the fleets with many scenarios', () => {
  const { told, shown } = studyIdleDriver(60, { boxes: 8, scenarios: 6, starts: 16, startShare: 0.01 }, 5)
  expect(told).toBeLessThanOrEqual(3)
  expect(shown).toBeLessThanOrEqual(9)
})
