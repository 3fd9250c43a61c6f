import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JoulemarkError } from '../errors.ts'
import { MOST_POINTS, parseClocks, parseConcurrency, parseLoads, parsePowerLimits } from './points-asked.ts'

test.each([
  ['250..450:25', [250, 275, 300, 325, 350, 375, 400, 425, 450]],
  ['250, 350 ,300', [250, 300, 350]],
  ['300,300', [300]],
  ['112.5', [112.5]],
  // both ends are measured, also where the last step would pass the higher one
  ['250..450:80', [250, 330, 410, 450]],
  ['250..250:25', [250]],
  ['200,250..300:25', [200, 250, 275, 300]],
  ['0.1..0.4:0.1', [0.1, 0.2, 0.3, 0.4]],
  ['auto', 'auto'],
  [' auto ', 'auto'],
])('--power-limits %s', (text, expected) => {
  expect(parsePowerLimits(text)).toEqual(expected)
})

test.each([
  ['1,8,32', [1, 8, 32]],
  ['1..256', [1, 2, 4, 8, 16, 32, 64, 128, 256]],
  ['3..20', [3, 4, 8, 16, 20]],
  ['8..64:24', [8, 32, 56, 64]],
  ['1..1', [1]],
])('--concurrency %s', (text, expected) => {
  expect(parseConcurrency(text)).toEqual(expected)
})

test.each([
  ['1..256', true],
  [' 3..20', true],
  ['1,8,32', false],
  ['8..64:24', false],
  ['1..4,32', false],
])('a sweep over %s may add loads: %s', (text, isRange) => {
  expect(parseLoads(text)).toEqual({ loads: parseConcurrency(text), isRange })
})

test('--clocks takes what --power-limits takes, in whole MHz', () => {
  expect(parseClocks('1200..1800:300')).toEqual([1200, 1500, 1800])
  expect(() => parseClocks('1500.5')).toThrow(/--clocks "1500.5": expected whole MHz above 0/)
})

describe('bad input is one line with the flag, the part, what was expected and an example', () => {
  test.each([
    [parsePowerLimits, '', /^--power-limits "": expected watts above 0, at most 10000; such as 250..450:25/],
    [parsePowerLimits, '250..450', /^--power-limits "250..450": a range needs a step; such as/],
    [parsePowerLimits, '450..250:25', /a range goes from the lower end to the higher/],
    [parsePowerLimits, '250..450:0', /"250..450:0": expected watts above 0/],
    [parsePowerLimits, '250:25', /a step belongs to a range/],
    [parsePowerLimits, '300W', /"300W": expected watts above 0/],
    [parsePowerLimits, '-300', /"-300": expected/],
    [parsePowerLimits, '1e3', /"1e3": expected/],
    [parsePowerLimits, '250..300..350:25', /expected watts above 0/],
    [parsePowerLimits, '250,', /"": expected/],
    [parsePowerLimits, 'auto,300', /"auto": expected/],
    [parsePowerLimits, '1..10000:0.001', /--power-limits: 9999001 points, at most 100/],
    [parseConcurrency, '0', /^--concurrency "0": expected whole numbers of streams above 0/],
    [parseConcurrency, '1.5', /"1.5": expected whole numbers/],
    [parseConcurrency, '1..10000:1', /--concurrency: 10000 points, at most 100/],
    [parseConcurrency, '1..10001', /expected whole numbers of streams above 0, at most 10000/],
  ] as const)('%# %s', (parse, text, message) => {
    expect(() => parse(text)).toThrow(message)
    expect(() => parse(text)).toThrow(JoulemarkError)
  })

  test('a text of anything ends in numbers in rising order or in such a line, soon', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d.,: a]{0,24}$/)), (text) => {
        for (const parse of [parsePowerLimits, parseClocks, parseConcurrency]) {
          try {
            const values = parse(text)
            if (values === 'auto') continue
            expect(values.length).toBeGreaterThan(0)
            expect(values.length).toBeLessThanOrEqual(MOST_POINTS)
            for (const [index, value] of values.entries()) expect(value).toBeGreaterThan(values[index - 1] ?? 0)
          } catch (error) {
            expect(error).toBeInstanceOf(JoulemarkError)
            expect((error as Error).message).not.toContain('\n')
          }
        }
      }),
    )
  })
})

test('a range holds both ends, and no two neighbours are further apart than its step', () => {
  const whole = fc.integer({ min: 1, max: 1000 })
  fc.assert(
    fc.property(whole, whole, fc.integer({ min: 20, max: 500 }), (one, other, step) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)]
      const values = parseConcurrency(`${from}..${to}:${step}`)
      expect([values[0], values.at(-1)]).toEqual([from, to])
      for (const [index, value] of values.entries())
        expect(value - (values[index - 1] ?? value)).toBeLessThanOrEqual(step)
    }),
  )
})

test('without a step the inner numbers are the powers of two', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 78 }), fc.integer({ min: 0, max: 7 }), (from, doublings) => {
      const inner = parseConcurrency(`${from}..${from * 2 ** doublings}`).slice(1, -1)
      for (const value of inner) expect(Number.isInteger(Math.log2(value))).toBe(true)
    }),
  )
})
