import { describe, expect, test } from 'vitest'
import type { GpuRow } from '../record/rows.ts'
import { gpuRow } from '../testing/rows.ts'
import { errorBar } from './error-bar.ts'
import { energyOverWindow } from './window-energy.ts'

const WINDOW = { startMs: 10_000, endMs: 30_000 }
/** A sample every 200 ms; `powerW` by the moment that a reading stands for once it is moved back by 500 ms. */
const rowsOf = (powerW: (atMs: number) => number, over: Partial<GpuRow> = {}): GpuRow[] =>
  Array.from({ length: 201 }, (_, index) => gpuRow(index * 200, { powerW: powerW(index * 200 - 500), ...over }))
const termsOf = (rows: readonly GpuRow[], uuids: readonly string[] = ['GPU-a'], useInstant = false) =>
  energyOverWindow(rows, uuids, WINDOW, { useInstant }).energy.errorTermsJ

describe('the error terms of a window', () => {
  test('a step of 300 W at one edge costs 300 W x (1 s / 8 + 0.1 s / 2)', () => {
    const terms = termsOf(rowsOf((atMs) => (atMs < 10_000 ? 100 : 400)))
    expect(terms['edges']).toBeCloseTo(300 * 0.175, 9)
    expect([terms['sampling'], terms['gaps']]).toEqual([0, 0])
    // 400 W over 20 s, less the first 0.1 s, where the readings rise from 250 to 400 W
    expect(terms['sensorGain']).toBeCloseTo(0.05 * (8000 - 7.5), 9)
  })

  test('two edges are independent: a step at both costs √2 times that of one', () => {
    const terms = termsOf(rowsOf((atMs) => (atMs < 10_000 || atMs > 30_000 ? 100 : 400)))
    expect(terms['edges']).toBeCloseTo(Math.SQRT2 * 52.5, 9)
  })

  test('a step counts at an edge as far as 1.1 s from it, and no further', () => {
    const stepAt = (stepMs: number) => termsOf(rowsOf((atMs) => (atMs < stepMs ? 100 : 400)))['edges']
    expect(stepAt(8910)).toBeCloseTo(52.5, 9)
    expect(stepAt(8890)).toBe(0)
    expect(stepAt(11_090)).toBeCloseTo(52.5, 9)
    expect(stepAt(11_110)).toBe(0)
  })

  test('the instant reading averages 0.1 s: the same step costs 300 W x (0.1 s / 8 + 0.1 s / 2)', () => {
    const rows = rowsOf(() => 300).map((row) => ({ ...row, powerInstantW: row.timeMs < 10_050 ? 100 : 400 }))
    expect(termsOf(rows, ['GPU-a'], true)['edges']).toBeCloseTo(300 * 0.0625, 9)
  })

  test('readings that alternate by 20 W leave √40 x 10 J of sampling over 20 s', () => {
    // successive differences of 20 W: deviation 20 / √2; 20 independent means of 1 s; 14.14 W / √20 x 20 s
    const terms = termsOf(rowsOf((atMs) => ((atMs + 500) % 400 === 0 ? 290 : 310)))
    expect(terms['sampling']).toBeCloseTo(10 * Math.sqrt(40), 9)
  })

  test('of two GPUs the gains add up and the edges do not', () => {
    const step = (atMs: number) => (atMs < 10_000 ? 100 : 400)
    const both = [...rowsOf(step), ...rowsOf(step, { uuid: 'GPU-b' })]
    const [one, two] = [termsOf(both), termsOf(both, ['GPU-a', 'GPU-b'])]
    expect(two['sensorGain']).toBeCloseTo(2 * (one['sensorGain'] as number), 9)
    expect(two['edges']).toBeCloseTo(Math.SQRT2 * 52.5, 9)
  })
})

test('the gain is systematic: it is added to the random terms, which are summed in squares', () => {
  expect(errorBar({ sensorGain: 300, edges: 30, sampling: 40, gaps: 0 })).toEqual({ randomJ: 50, totalJ: 350 })
  const bar = errorBar(termsOf(rowsOf((atMs) => (atMs < 10_000 ? 100 : 400))))
  expect(bar.totalJ).toBeCloseTo(399.625 + 52.5, 9)
})
