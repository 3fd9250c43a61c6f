import fc from 'fast-check'
import { expect, test } from 'vitest'
import { meanLength } from '../scenario/prompt/length.ts'
import { drawLengths } from './lengths.ts'

const lengths = {
  prompt: { distribution: 'lognormal', mean: 800, deviation: 600, min: 16, max: 8000 },
  output: { distribution: 'normal', mean: 200, deviation: 50, min: 1, max: 400 },
} as const

test('a request has the same lengths wherever it is drawn, and others in another trial or with another seed', () => {
  const draws = (seed: number, phase: number) =>
    Array.from({ length: 50 }, (_, index) => drawLengths(lengths, { seed, phase, index }))
  expect(draws(1, 0)).toEqual(draws(1, 0))
  expect(draws(1, 1)).not.toEqual(draws(1, 0))
  expect(draws(2, 0)).not.toEqual(draws(1, 0))
})

test('fixed lengths are drawn as they are', () => {
  expect(drawLengths({ prompt: 512, output: 64 }, { seed: 1, phase: 0, index: 7 })).toEqual({
    promptTokens: 512,
    outputTokens: 64,
  })
})

test('many requests have the mean of the distribution, for any seed, and prompt and answer do not depend on each other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
      const count = 4000
      const drawn = Array.from({ length: count }, (_, index) => drawLengths(lengths, { seed, phase: 0, index }))
      const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / count
      const prompt = meanOf(drawn.map(({ promptTokens }) => promptTokens))
      const output = meanOf(drawn.map(({ outputTokens }) => outputTokens))
      // five standard errors
      expect(Math.abs(prompt - meanLength(lengths.prompt))).toBeLessThan((5 * 600) / Math.sqrt(count))
      expect(Math.abs(output - meanLength(lengths.output))).toBeLessThan((5 * 50) / Math.sqrt(count))
      const together = meanOf(drawn.map((each) => (each.promptTokens - prompt) * (each.outputTokens - output)))
      expect(Math.abs(together / (600 * 50))).toBeLessThan(5 / Math.sqrt(count))
    }),
    { numRuns: 10 },
  )
})
