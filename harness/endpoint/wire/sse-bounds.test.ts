import { expect, test } from 'vitest'
import { SseLineParser } from './sse-line-parser.ts'

const MOST = 2 ** 20

/** Sends a piece until the parser refuses it; returns how many bytes it had taken. */
function takenOf(piece: string): number {
  let events = 0
  const parser = new SseLineParser(() => {
    events += 1
  })
  const bytes = Buffer.from(piece)
  for (let taken = 0; taken < 8 * MOST; taken += bytes.length) {
    try {
      parser.push(bytes, 0, bytes.length)
    } catch (error) {
      expect(error).toEqual(new RangeError(`an event of more than ${MOST} bytes`))
      expect(events).toBe(0)
      return taken
    }
  }
  return Number.POSITIVE_INFINITY
}

test.each([
  ['lines of data without a blank one', `data: ${'x'.repeat(1000)}\n`, MOST * 1.1],
  ['a line without an end', 'x'.repeat(1000), MOST * 1.1],
  ['empty lines of data', 'data\n', MOST * 6],
  ['lines of data behind a type', `event: a\ndata: ${'x'.repeat(1000)}\n`, MOST * 1.1],
])('%s: refused once it is larger than an event', (_, piece, most) => {
  expect(takenOf(piece)).toBeLessThanOrEqual(most)
})

test('comments and events that end are read for ever', () => {
  expect(takenOf(`: ${'x'.repeat(1000)}\n`)).toBe(Number.POSITIVE_INFINITY)
})
