import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pointKey, type TunePoint } from '../operating/point.ts'
import { blockedOrder, shuffledBlock } from './order.ts'

const points = (count: number): TunePoint[] =>
  Array.from({ length: count }, (_, index) => ({
    setting: { powerLimitW: 200 + 25 * index, smClockMHz: null },
    concurrency: null,
  }))

test('every block has every point once, places count on, and the seed decides the order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer(),
      (count, blocks, seed) => {
        const order = blockedOrder(points(count), blocks, seed)
        expect(order.map(({ place }) => place)).toEqual(order.map((_, index) => index))
        for (let block = 0; block < blocks; block += 1) {
          const mine = order.filter((each) => each.block === block).map(({ point }) => point)
          expect(mine.map(pointKey).toSorted()).toEqual(points(count).map(pointKey).toSorted())
          expect(mine).toEqual(shuffledBlock(points(count), block, seed))
        }
      },
    ),
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
