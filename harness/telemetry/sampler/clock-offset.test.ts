import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClockStep, createClockOffset, type Stamped } from './clock-offset.ts'

/** Places samples taken every 200 ms; gives each with the time at which it was really taken. */
function play(count: number, stampErrorMs: (index: number) => number, latenessMs: (index: number) => number) {
  const steps: ClockStep[] = []
  const offset = createClockOffset<Stamped & { trueMs: number }>((step) => steps.push(step))
  const placed = Array.from({ length: count }, (_, index) => {
    const trueMs = 1_000_000 + index * 200
    return offset.place({ trueMs, stampMs: trueMs + stampErrorMs(index), arrivalMs: trueMs + latenessMs(index) })
  }).flat()
  return { steps, placed: [...placed, ...offset.flush()] }
}

describe('createClockOffset', () => {
  it('takes out a constant difference of the clocks', () => {
    const { placed, steps } = play(
      50,
      () => -3_600_000,
      () => 2,
    )
    expect(steps).toEqual([])
    expect(placed.every(({ item, timeMs }) => timeMs === item.trueMs + 2)).toBe(true)
  })

  it('is not moved by late arrivals, however late', () => {
    const { placed, steps } = play(
      100,
      () => 0,
      (index) => (index % 10 === 5 ? 180 : 1),
    )
    expect(steps).toEqual([])
    expect(placed).toHaveLength(100)
    expect(Math.max(...placed.map(({ item, timeMs }) => Math.abs(timeMs - item.trueMs)))).toBe(1)
  })

  it.each([500, -500, 80, -3_600_000])(
    'finds a step of the wall clock of %i ms and places both sides rightly',
    (stepMs) => {
      const { placed, steps } = play(
        60,
        (index) => (index < 30 ? 0 : stepMs),
        () => 1,
      )
      expect(steps).toEqual([{ atMs: 1_006_001, stepMs }])
      expect(placed).toHaveLength(60)
      expect(placed.every(({ item, timeMs }) => Math.abs(timeMs - item.trueMs) <= 1)).toBe(true)
    },
  )

  it('follows a clock that is slewed, without calling it a step', () => {
    const { placed, steps } = play(
      600,
      (index) => -index * 0.1,
      () => 1,
    )
    expect(steps).toEqual([])
    expect(Math.max(...placed.map(({ item, timeMs }) => Math.abs(timeMs - item.trueMs)))).toBeLessThan(20)
  })

  it('is not led astray by a late first arrival', () => {
    const { placed, steps } = play(
      40,
      () => 0,
      (index) => (index === 0 ? 190 : 1),
    )
    expect(steps).toEqual([])
    expect(placed).toHaveLength(40)
    expect(placed.every(({ item, timeMs }) => timeMs === item.trueMs + 1)).toBe(true)
  })

  it.each([
    ['four samples, each later than a step would look', (index: number) => (index >= 20 && index < 24 ? 160 : 1)],
    [
      'a stall that lets 0.8 s of samples arrive at once',
      (index: number) => (index >= 20 && index < 24 ? 801 - (index - 20) * 200 : 1),
    ],
  ])('takes lateness for a step only when it lasts for a second: %s', (_, latenessMs) => {
    const { placed, steps } = play(60, () => 0, latenessMs)
    expect(steps).toEqual([])
    expect(placed).toHaveLength(60)
    expect(placed.every(({ item, timeMs }) => timeMs === item.trueMs + 1)).toBe(true)
  })

  it('asks for four samples too, so that a slow sampler with one late row has not seen a step', () => {
    const steps: ClockStep[] = []
    const offset = createClockOffset<Stamped>((step) => steps.push(step))
    const lateness = [1, 1, 1, 1, 300, 300, 1, 1]
    const placed = lateness.flatMap((late, index) => {
      const trueMs = 1_000_000 + index * 1500
      return offset.place({ stampMs: trueMs, arrivalMs: trueMs + late })
    })
    expect(steps).toEqual([])
    expect(placed.map(({ item, timeMs }) => timeMs - item.stampMs)).toEqual(lateness.map(() => 1))
  })

  it('loses no sample and keeps their order, whatever the lateness', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 190 }), { minLength: 1, maxLength: 80 }), (late) => {
        const { placed } = play(
          late.length,
          () => 12_345,
          (index) => late[index] as number,
        )
        expect(placed.map(({ item }) => item.trueMs)).toEqual(late.map((_, index) => 1_000_000 + index * 200))
      }),
    )
  })
})
