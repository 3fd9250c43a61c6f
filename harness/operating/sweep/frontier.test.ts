import fc from 'fast-check'
import { expect, test } from 'vitest'
import { onFrontier } from './frontier.ts'

const few = fc.integer({ min: 0, max: 6 })
const points = fc.array(fc.record({ x: few, y: few }), { maxLength: 12 })

test('every point off the frontier is beaten by one on it, and none on it by any', () => {
  fc.assert(
    fc.property(points, (all) => {
      const is = onFrontier(all)
      const beats = (a: (typeof all)[number], b: (typeof all)[number]) =>
        a.x >= b.x && a.y >= b.y && (a.x > b.x || a.y > b.y)
      for (const [at, point] of all.entries()) {
        const beaten = all.some((other, index) => is[index] && beats(other, point))
        expect(is[at]).toBe(!beaten)
      }
    }),
  )
})

test('points at one place are all on it, and a curve that only falls is all frontier', () => {
  expect(
    onFrontier([
      { x: 1, y: 1 },
      { x: 1, y: 1 },
    ]),
  ).toEqual([true, true])
  expect(
    onFrontier([
      { x: 90, y: 90 },
      { x: 60, y: 240 },
      { x: 30, y: 220 },
    ]),
  ).toEqual([true, true, false])
})
