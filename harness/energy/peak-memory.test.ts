import { expect, test } from 'vitest'
import { gpuRow } from '../testing/rows.ts'
import { energyOverWindow } from './window-energy.ts'

const memory = (uuid: string, readings: Readonly<Record<number, number | null>>) =>
  Object.entries(readings).map(([timeMs, memoryUsedMiB]) => gpuRow(Number(timeMs), { uuid, memoryUsedMiB }))
const peakOf = (rows: Parameters<typeof energyOverWindow>[0], uuids: readonly string[]) =>
  energyOverWindow(rows, uuids, { startMs: 1000, endMs: 5000 }).peakMemoryMiB

test('the peak is a sum over all GPUs, and missing until each has reported', () => {
  // GPU-a falls from 30,000 to 20,000 MiB before GPU-b gives its first reading: no moment is known to have held 31,000
  const rows = [...memory('GPU-a', { 1000: 30_000, 2000: 20_000, 3000: 20_000 }), ...memory('GPU-b', { 2500: 1000 })]
  expect(peakOf(rows, ['GPU-a', 'GPU-b'])).toBe(21_000)
})

test('the last reading of a GPU holds until its next', () => {
  const rows = [
    ...memory('GPU-a', { 1000: 10, 3000: 40, 4000: null }),
    ...memory('GPU-b', { 1000: 100, 2000: 200, 3500: 150, 4500: 170 }),
  ]
  // moments: 110, 210, 240 at 3 s, 190, 210
  expect(peakOf(rows, ['GPU-a', 'GPU-b'])).toBe(240)
})

test('only the window counts, its edges included, and a GPU without a reading gives null', () => {
  const rows = memory('GPU-a', { 900: 99, 1000: 10, 5000: 20, 5100: 99 })
  expect(peakOf(rows, ['GPU-a'])).toBe(20)
  expect(peakOf(rows, ['GPU-a', 'GPU-b'])).toBeNull()
  expect(peakOf(memory('GPU-a', { 900: 99, 5100: 99 }), ['GPU-a'])).toBeNull()
})
