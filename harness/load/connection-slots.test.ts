import { expect, test } from 'vitest'
import { MAX_OPENING, openAll } from './connection-slots.ts'

/** Connections that count how many are being opened; the one with index `broken` refuses. */
function connections(count: number, broken = -1) {
  const seen = { opening: 0, maxOpening: 0, opened: 0 }
  const slots = Array.from({ length: count }, (_, index) => ({
    connection: {
      open: async () => {
        seen.opening += 1
        seen.maxOpening = Math.max(seen.maxOpening, seen.opening)
        // some take longer than others
        for (let turn = 0; turn <= index % 7; turn += 1) await Promise.resolve()
        seen.opening -= 1
        if (index === broken) throw new Error('refused')
        seen.opened += 1
      },
    },
  }))
  return { slots, seen }
}

test('every connection is opened, and no more than 64 at a time', async () => {
  const { slots, seen } = connections(3 * MAX_OPENING + 5)
  await openAll(slots)
  expect(seen).toEqual({ opening: 0, maxOpening: MAX_OPENING, opened: slots.length })
})

test('one that cannot be opened is the error, and later ones are not started', async () => {
  const { slots, seen } = connections(10 * MAX_OPENING, 3)
  await expect(openAll(slots)).rejects.toThrow('refused')
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
  expect(seen.opened).toBeLessThan(3 * MAX_OPENING)
})
