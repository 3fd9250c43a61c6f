import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { deliveryOf } from './delivery.ts'
import type { FaultName } from './names.ts'

/** The bytes that are sent for each of 25 events, and at the end. */
function delivered(faults: readonly FaultName[]): string[] {
  const delivery = deliveryOf(faults)
  const events = Array.from({ length: 25 }, (_, index) => `e${index}\n\n`)
  return [...events.map((event) => delivery.pass(event)), delivery.end()]
}
const plain = delivered([])

test('without a fault every event is passed on as it comes', () => {
  expect(plain).toEqual([...Array.from({ length: 25 }, (_, index) => `e${index}\n\n`), ''])
})

test('a buffered stream is sent whole at its end', () => {
  const sent = delivered(['buffered-stream'])
  expect(sent.slice(0, -1).join('')).toBe('')
  expect(sent.at(-1)).toBe(plain.join(''))
})

test('a lumped stream is sent ten events at a time, the rest at its end', () => {
  const sent = delivered(['lumped-stream'])
  expect(sent.flatMap((bytes, index) => (bytes === '' ? [] : [index]))).toEqual([9, 19, 25])
  expect(sent.join('')).toBe(plain.join(''))
})

test('a compressed stream says so, and holds the same events', () => {
  expect(deliveryOf(['compressed-stream']).headers).toEqual({ 'content-encoding': 'gzip' })
  const sent = Buffer.from(delivered(['compressed-stream']).join(''), 'latin1')
  expect(gunzipSync(sent).toString()).toBe(plain.join(''))
})

test('a byte order mark stands before the first event alone', () => {
  expect(delivered(['byte-order-mark']).join('')).toBe(`\xef\xbb\xbf${plain.join('')}`)
})
