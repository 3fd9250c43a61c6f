import { describe, expect, it } from 'vitest'
import { adaSensor, sampleTrace } from '../testing/energy-sensor.ts'
import { cumulativeOf, makeTrace, traceKinds, trueEnergyJ } from '../testing/energy-trace.ts'
import { gpuRow } from '../testing/rows.ts'
import { leftHold, meanTimesTime, unshiftedTrapezoid } from './energy-methods.ts'

const powerAt = (trace: ReturnType<typeof makeTrace>, timeMs: number): number =>
  trace.pieces.findLast(({ startMs }) => startMs <= timeMs)?.powerW ?? 0

describe('the synthetic loads', () => {
  it.each(traceKinds)('%s: the exact integral is what a fine sum gives', (kind) => {
    const trace = makeTrace(kind, 12, 7)
    let sum = 0
    for (let at = trace.windowStartMs; at < trace.windowEndMs; at += 0.5) sum += powerAt(trace, at + 0.25) * 0.0005
    expect(trueEnergyJ(trace) / sum).toBeCloseTo(1, 4)
    expect(trace.pieces.every(({ startMs }, index) => index === 0 || startMs >= trace.pieces[index - 1]!.startMs)).toBe(
      true,
    )
    expect(makeTrace(kind, 12, 7)).toEqual(trace)
  })
})

describe('the sensor', () => {
  const trace = makeTrace('prefill bursts', 10, 3)

  it('reads the mean of the last second, a tenth of a second old at most, times its gain', () => {
    const cumulative = cumulativeOf(trace)
    for (const { timeMs, powerW } of sampleTrace(trace, { ...adaSensor, gain: 1.05 }, 3).slice(20, 60)) {
      const means = Array.from(
        { length: 103 },
        (_, age) => cumulative(timeMs + 1 - age) - cumulative(timeMs + 1 - age - 1000),
      )
      expect((powerW ?? 0) / 1.05).toBeGreaterThan(Math.min(...means) - 0.02)
      expect((powerW ?? 0) / 1.05).toBeLessThan(Math.max(...means) + 0.02)
    }
  })

  it('loses about the requested share', () => {
    const all = sampleTrace(trace, adaSensor, 3).length
    expect(sampleTrace(trace, { ...adaSensor, dropped: 0.3 }, 3).length / all).toBeCloseTo(0.7, 0)
  })
})

describe('the other methods', () => {
  const trace = { ...makeTrace('constant', 10, 1), windowStartMs: 1000, windowEndMs: 5000 }
  const rows = Array.from({ length: 31 }, (_, index) => gpuRow(index * 200, { powerW: index * 2 }))

  it('match their names', () => {
    expect(meanTimesTime(rows, trace)).toBeCloseTo(30 * 4, 9)
    expect(leftHold(rows, trace)).toBeCloseTo(
      Array.from({ length: 20 }, (_, index) => (5 + index) * 2 * 0.2).reduce((a, b) => a + b),
      9,
    )
    expect(unshiftedTrapezoid(rows, trace)).toBeCloseTo(((10 + 50) / 2) * 4, 9)
  })
})
