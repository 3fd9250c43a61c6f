import { expect, test } from 'vitest'
import { seededRandom } from '../../plan/random.ts'
import { readsOf, streamInput } from './fuzz-target.ts'
import { mutated } from './mutate.ts'

const material = (seed: number) => ({
  random: seededRandom(seed),
  dictionary: [Buffer.from('data: '), Buffer.from('\r\n')],
  other: Buffer.from('another input'),
})
const input = Buffer.from('HTTP/1.1 200 OK\r\n\r\n')

test('the same draws make the same copy, and the input stays as it is', () => {
  const before = Buffer.from(input)
  const copies = Array.from({ length: 200 }, (_, seed) => mutated(input, material(seed)))
  expect(copies).toEqual(Array.from({ length: 200 }, (_, seed) => mutated(input, material(seed))))
  expect(input).toEqual(before)
  expect(new Set(copies.map(String)).size).toBeGreaterThan(150)
})

test('an empty input grows, and none grows without end', () => {
  const grown = Array.from({ length: 50 }, (_, seed) => mutated(Buffer.alloc(0), material(seed)))
  expect(grown.some(({ length }) => length > 0)).toBe(true)
  const long = Buffer.alloc(40_000)
  expect(Array.from({ length: 50 }, (_, seed) => mutated(long, material(seed)).length)).toSatisfy((lengths: number[]) =>
    lengths.every((length) => length <= 16 * 1024),
  )
})

test('the reads of a stream are all of its bytes in order, none of them empty', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const stream = mutated(streamInput('data: {"a":1}\n\n'), material(seed))
    const reads = readsOf(stream)
    expect(Buffer.concat(reads)).toEqual(stream.subarray(6))
    expect(reads.every(({ length }) => length > 0)).toBe(true)
  }
})
