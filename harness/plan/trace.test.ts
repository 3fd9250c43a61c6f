import { describe, expect, test } from 'vitest'
import { highestRate } from './bisect.ts'
import { parseTrace } from './trace.ts'

describe('a trace', () => {
  test('is read in order of time, from 0 on', () => {
    const text =
      '{"timestamp": 3000, "input_length": 20, "output_length": 5, "hash_ids": [1]}\n\n{"timestamp": 1000, "input_length": 10, "output_length": 4}\n'
    expect(parseTrace('t.jsonl', text)).toEqual([
      { atMs: 0, promptTokens: 10, outputTokens: 4, hashIds: [] },
      { atMs: 2000, promptTokens: 20, outputTokens: 5, hashIds: [1] },
    ])
  })

  test.each([
    ['{"timestamp": 0}\n', 't.jsonl:1: input_length: '],
    ['{"timestamp": 0, "input_length": 1, "output_length": 1}\n{oops\n', 't.jsonl:2: not JSON'],
    ['{"timestamp": -1, "input_length": 1, "output_length": 1}\n', 't.jsonl:1: timestamp: '],
    ['\n', 't.jsonl:1: contains no request'],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parseTrace('t.jsonl', text)).toThrow(message)
  })
})

describe('the highest rate', () => {
  const upTo = (limit: number) => async (rate: number) => rate <= limit

  test('is found within the tolerance, from below', async () => {
    const { highestPerS, tried } = await highestRate(1, 64, 0.05, upTo(10))
    expect(highestPerS).toBeLessThanOrEqual(10)
    expect(highestPerS).toBeGreaterThan(10 / 1.05)
    expect(tried.length).toBeLessThan(12)
  })

  test('is none when the lowest fails, and the upper end when that still keeps', async () => {
    expect((await highestRate(1, 64, 0.05, upTo(0.5))).highestPerS).toBeNull()
    expect(await highestRate(1, 64, 0.05, upTo(100))).toMatchObject({
      highestPerS: 64,
      tried: [{ ratePerS: 1 }, { ratePerS: 64 }],
    })
  })
})
