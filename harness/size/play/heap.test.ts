import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Heap } from './heap.ts'

test('items come out by their keys, whatever the order in which they went in', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), (keys) => {
      const heap = new Heap()
      for (const [item, key] of keys.entries()) heap.push(key, item)
      const taken = keys.map(() => {
        const lowest = heap.lowest
        return [lowest, keys[heap.pop()]]
      })
      expect(taken.map(([lowest]) => lowest)).toEqual(keys.toSorted((a, b) => a - b))
      // the item belongs to its key
      expect(taken.every(([lowest, key]) => lowest === key)).toBe(true)
      expect(heap.size).toBe(0)
    }),
  )
})

test('an empty heap has no item and no lowest key', () => {
  const heap = new Heap()
  expect(heap.pop()).toBe(-1)
  expect(heap.lowest).toBe(Number.POSITIVE_INFINITY)
})
