import { describe, expect, it } from 'vitest'
import { gpuRow } from '../testing/rows.ts'
import { powerCeilings } from './plausible.ts'
import { energyOverWindow } from './window-energy.ts'

/** 300 W over a minute, five times a second; `at` replaces the power of single samples. */
const rowsWith = (at: Readonly<Record<number, number>>) =>
  Array.from({ length: 301 }, (_, index) => gpuRow(index * 200, { powerW: at[index] ?? 300 }))
const ceilings = powerCeilings([{ uuid: 'GPU-a', powerCeilingW: 750 }])
const span = { startMs: 5000, endMs: 55_000 }
const energyOf = (rows: ReturnType<typeof rowsWith>, known = ceilings) =>
  energyOverWindow(rows, ['GPU-a'], span, { ceilings: known })

describe('a power sample that no card can have', () => {
  it.each([
    [
      'far above the card',
      { 100: 4_294_967.29 },
      '1 sample was dropped: 4294967.29 W, above 750 W, the most that the card can draw',
    ],
    ['just above it', { 100: 750.01 }, '1 sample was dropped: 750.01 W, above 750 W, the most that the card can draw'],
    ['of 0 W', { 100: 0 }, '1 sample was dropped: 0 W at 98 % utilisation'],
    ['below 0 W', { 100: -1, 150: -2 }, '2 samples were dropped: -1 W at 98 % utilisation'],
  ])('%s is dropped from the energy and reported', (_, at, finding) => {
    const { energyJ, meanPowerW, peakPowerW, energy } = energyOf(rowsWith(at))
    expect([energyJ, meanPowerW, peakPowerW]).toEqual([expect.closeTo(15_000, 6), expect.closeTo(300, 6), 300])
    expect(energy.findings).toEqual([`GPU-a: ${finding}`])
    expect(energy.coverage).toBe(1)
  })

  it('is none at the ceiling itself, and none where no ceiling is known', () => {
    expect(energyOf(rowsWith({ 100: 750 }))).toMatchObject({ peakPowerW: 750, energy: { findings: [] } })
    const unknown = powerCeilings([{ uuid: 'GPU-a', powerCeilingW: null }])
    expect(energyOf(rowsWith({ 100: 9000 }), unknown).peakPowerW).toBe(9000)
    expect(energyOf(rowsWith({ 100: 0 }), unknown).energy.findings).toEqual([
      'GPU-a: 1 sample was dropped: 0 W at 98 % utilisation',
    ])
  })

  it('counts as it did in a record that was made before there were ceilings', () => {
    const early = powerCeilings([{ uuid: 'GPU-a' }])
    expect(early.size).toBe(0)
    expect(energyOf(rowsWith({ 100: 0, 150: 9000 }), early)).toMatchObject({
      peakPowerW: 9000,
      energy: { findings: [] },
    })
  })

  it('outside of the window is not reported', () => {
    expect(energyOf(rowsWith({ 0: 9000, 300: 9000 })).energy.findings).toEqual([])
  })

  it.each([
    ['0 W throughout', 0, 'the sensor of GPU-a reports 0 W at 98 % utilisation'],
    [
      'more than the card can draw',
      1024.5,
      'the sensor of GPU-a reports 1024.5 W, above 750 W, the most that the card can draw',
    ],
  ])('leaves no energy where the sensor gives %s', (_, powerW, reason) => {
    const rows = Array.from({ length: 301 }, (__, index) => gpuRow(index * 200, { powerW, powerInstantW: powerW }))
    expect(energyOf(rows)).toMatchObject({ energyJ: null, meanPowerW: null, reason })
  })

  it('is named beside the coverage where too little is left', () => {
    const half = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [index, 0]))
    expect(energyOf(rowsWith(half)).reason).toMatch(
      /reports 0 W at 98 % utilisation; power samples of GPU-a cover 5\d\.\d %/,
    )
  })

  it('does not take power.draw.instant down with it', () => {
    const rows = Array.from({ length: 301 }, (_, index) => gpuRow(index * 200, { powerW: 0, powerInstantW: 310 }))
    expect(energyOf(rows)).toMatchObject({
      meanPowerW: expect.closeTo(310, 6),
      energy: { source: 'smi-instant-trapezoid' },
    })
  })
})
