import { expect, test } from 'vitest'
import { sloLoadOf } from './slo-load.ts'
import type { SweepPoint } from './sweep-point.ts'

const at = (concurrency: number, share: readonly [number, number, number] | null): SweepPoint => ({
  concurrency,
  tokensPerS: { mean: 100, ci95: null },
  sloShare: share && { mean: share[0], ci95: [share[1], share[2]] },
  obstacle: null,
})
const failed = (concurrency: number): SweepPoint => ({
  ...at(concurrency, [1, 1, 1]),
  obstacle: { kind: 'failed', reason: 'out of memory' },
})

test('the highest load below the first that breaks the SLO', () => {
  const points = [at(16, [0.4, 0.3, 0.5]), at(1, [1, 1, 1]), at(8, [0.999, 0.995, 1])]
  expect(sloLoadOf(points, 0.99)).toEqual({
    met: { concurrency: 8, share: { mean: 0.999, ci95: [0.995, 1] } },
    broken: { concurrency: 16, share: { mean: 0.4, ci95: [0.3, 0.5] } },
    certain: true,
  })
})

test('a load that meets it above one that broke it does not count', () => {
  expect(sloLoadOf([at(1, [1, 1, 1]), at(2, [0.9, 0.9, 0.9]), at(4, [1, 1, 1])], 0.99)).toMatchObject({
    met: { concurrency: 1 },
    broken: { concurrency: 2 },
  })
})

test('a load that failed breaks it, whatever its share says', () => {
  expect(sloLoadOf([at(1, [1, 1, 1]), failed(2)], 0.99)).toMatchObject({
    met: { concurrency: 1 },
    broken: { concurrency: 2, share: null },
    certain: true,
  })
})

test('an interval on both sides of the limit is not certain', () => {
  expect(sloLoadOf([at(1, [0.995, 0.98, 1]), at(2, [0.5, 0.4, 0.6])], 0.99)?.certain).toBe(false)
  expect(sloLoadOf([at(1, [1, 1, 1]), at(2, [0.985, 0.97, 1])], 0.99)?.certain).toBe(false)
})

test('none met, none broken, and no SLO', () => {
  expect(sloLoadOf([at(1, [0.5, 0.4, 0.6])], 0.99)).toMatchObject({ met: null, broken: { concurrency: 1 } })
  expect(sloLoadOf([at(1, [1, 1, 1])], 0.99)).toMatchObject({ met: { concurrency: 1 }, broken: null })
  expect(sloLoadOf([at(1, null), { ...failed(2), sloShare: null }], 0.99)).toBeNull()
  expect(sloLoadOf([], 0.99)).toBeNull()
})
