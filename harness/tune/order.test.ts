import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pointKey, type TunePoint } from '../operating/point.ts'
import { shuffledBlock } from './order.ts'

const points = (count: number): TunePoint[] =>
  Array.from({ length: count }, (_, index) => ({
    setting: { powerLimitW: 200 + 25 * index, smClockMHz: null },
    concurrency: null,
  }))

test('a block has every point once, and the seed decides the order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(5), fc.integer(), (count, block, seed) => {
      const order = shuffledBlock(points(count), block, seed)
      expect(order.map(pointKey).toSorted()).toEqual(points(count).map(pointKey).toSorted())
      expect(shuffledBlock(points(count), block, seed)).toEqual(order)
    }),
  )
})

test('over many seeds each point is as often in each place, and a block says nothing of the next', () => {
  const places = [0, 0, 0, 0]
  let sameOrder = 0
  for (let seed = 0; seed < 2400; seed += 1) {
    const [first, second] = [0, 1].map((block) => shuffledBlock(points(4), block, seed).map(pointKey))
    places[first!.indexOf(pointKey(points(4)[0]!))]! += 1
    sameOrder += Number(first!.join() === second!.join())
  }
  // 600 of each are expected, with a standard deviation of 21; 100 of 24 orders, with 10
  for (const count of places) expect(Math.abs(count - 600)).toBeLessThan(85)
  expect(Math.abs(sameOrder - 100)).toBeLessThan(40)
})
