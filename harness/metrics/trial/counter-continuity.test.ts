import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ServerReading } from '../../record/schema/server.ts'
import { brokenCounters } from './counter-continuity.ts'

const reading = (generationTokens: number, processStartS?: number): ServerReading => ({
  values: { generationTokens, ...(processStartS === undefined ? {} : { processStartS }) },
  requestsByReason: {},
})
const of = (...tokens: number[]) => brokenCounters(tokens.map((count) => reading(count)))
const ofProcesses = (...pairs: (readonly [tokens: number, startS: number])[]) =>
  brokenCounters(pairs.map(([tokens, startS]) => reading(tokens, startS)))

const restart = 'the counters began anew in the trial: the server restarted'
const several = expect.stringMatching(/^the counters are those of several servers in turn \(a load balancer/)

describe('without the start of the process', () => {
  test.each([
    ['counters that rise', [0, 10, 10, 400]],
    ['one reading', [5]],
    ['no reading', []],
  ])('%s are of one process', (_, tokens) => {
    expect(of(...tokens)).toBeNull()
  })

  test('a fall is a restart, even where the counter ends higher than it began', () => {
    expect(of(200, 900, 40, 600)).toBe(restart)
  })

  test('two falls with growth from 0 are two restarts', () => {
    expect(of(500, 900, 10, 300, 5, 200)).toBe(restart)
  })

  test('falls between two levels are two servers in turn', () => {
    expect(of(1000, 50, 1100, 60, 1200)).toEqual(several)
  })
})

describe('with the start of the process', () => {
  test('the same start: one process', () => {
    expect(ofProcesses([1, 100], [5, 100], [9, 100])).toBeNull()
  })

  test('a later start: a restart, even where no counter fell', () => {
    expect(ofProcesses([0, 100], [50, 170], [90, 170])).toBe(restart)
  })

  test('an earlier start, or a return to the first: several servers', () => {
    expect(ofProcesses([100, 200], [50, 100])).toEqual(several)
    expect(ofProcesses([100, 100], [50, 200], [110, 100])).toEqual(several)
  })

  test('a fall in one process: something resets the counters', () => {
    expect(ofProcesses([100, 100], [5, 100])).toMatch(/did not restart: something resets them/)
  })

  test('the digits that are printed do not make another process', () => {
    expect(ofProcesses([1, 1.787e9], [2, 1.787e9 + 0.3])).toBeNull()
  })
})

test('counters of one process that only rise are never broken', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.option(fc.integer({ min: 1, max: 2e9 })), (steps, startS) => {
      let sum = 0
      const readings = steps.map((step) => {
        sum += step
        return reading(sum, startS ?? undefined)
      })
      expect(brokenCounters(readings)).toBeNull()
    }),
  )
})
