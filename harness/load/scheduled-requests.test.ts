import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type SchedulePlan, scheduledRequests, shareOf } from './scheduled-requests.ts'

const take = <T>(items: Iterable<T>, count: number): T[] => {
  const taken: T[] = []
  if (count === 0) return taken
  for (const item of items) {
    taken.push(item)
    if (taken.length === count) break
  }
  return taken
}

test('the shares of all workers hold every item once, in order, and are even', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (items, workers) => {
      const numbered = items.map((value, index) => ({ value, index }))
      const shares = Array.from({ length: workers }, (_, worker) => [...shareOf(numbered, worker, workers)])
      expect(shares.flat().toSorted((a, b) => a.index - b.index)).toEqual(numbered)
      const sizes = shares.map((share) => share.length)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      for (const share of shares) expect(share).toEqual(share.toSorted((a, b) => a.index - b.index))
    }),
  )
})

describe('the scheduled requests of all workers together', () => {
  const seed = 17
  const open: SchedulePlan['load'] = {
    kind: 'open',
    ratePerS: 20,
    arrivals: 'poisson',
    burstiness: 1,
    rampSeconds: 2,
  }
  const trace: SchedulePlan['load'] = {
    kind: 'trace',
    speed: 2,
    requests: Array.from({ length: 30 }, (_, index) => ({
      atMs: index * 100,
      promptTokens: 10 + index,
      outputTokens: 5,
      hashIds: index % 2 === 0 ? [index] : [],
    })),
  }
  const plan = (load: SchedulePlan['load'], worker: number, workers: number): SchedulePlan => ({
    load,
    worker,
    workers,
    lengths: { prompt: { distribution: 'uniform', min: 10, max: 90 }, output: 8 },
    body: { seed },
  })
  const wholeOf = (load: SchedulePlan['load'], workers: number, count: number) =>
    Array.from({ length: workers }, (_, worker) => take(scheduledRequests(plan(load, worker, workers), 1), count))
      .flat()
      .toSorted((a, b) => a.atMs - b.atMs)

  test.each([2, 3, 5])('are those of one worker alone, for an open loop on %i workers', (workers) => {
    expect(wholeOf(open, workers, 30)).toEqual(take(scheduledRequests(plan(open, 0, 1), 1), 30 * workers))
  })

  test('are those of one worker alone, for a trace on 3 workers, at its speed', () => {
    const whole = wholeOf(trace, 3, 100)
    expect(whole).toEqual([...scheduledRequests(plan(trace, 0, 1), 1)])
    expect(whole.slice(0, 2)).toEqual([
      { atMs: 0, promptTokens: 10, outputTokens: 5, sharedBlocks: [0] },
      { atMs: 50, promptTokens: 11, outputTokens: 5 },
    ])
  })

  test('differ from trial to trial and are the same for the same trial', () => {
    const times = (trial: number) => take(scheduledRequests(plan(open, 0, 1), trial), 20).map(({ atMs }) => atMs)
    expect(times(1)).toEqual(times(1))
    expect(times(2)).not.toEqual(times(1))
  })

  test('are none for a closed loop, whose requests have no scheduled time', () => {
    expect([...scheduledRequests(plan({ kind: 'closed', session: null }, 0, 1), 0)]).toEqual([])
  })
})
