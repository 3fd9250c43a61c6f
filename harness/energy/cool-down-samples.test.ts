import { expect, test } from 'vitest'
import type { GpuRow } from '../record/rows.ts'
import { outsideCoolDowns } from './cool-down-samples.ts'

const at = (timeMs: number) => ({ timeMs }) as GpuRow

test('samples of a cool-down do not count in a trial; those of the idle padding after it do', () => {
  const rows = [0, 100, 200, 300].map(at)
  expect(outsideCoolDowns(rows, [{ startMs: 100, endMs: 300 }])).toEqual([at(0), at(300)])
  expect(outsideCoolDowns(rows, [])).toBe(rows)
})
