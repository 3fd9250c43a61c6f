import { expect, test } from 'vitest'
import type { ClientStats } from '../load/protocol.ts'
import { clientTotals } from './client-totals.ts'

const worker = (over: Partial<ClientStats> = {}): ClientStats => ({
  eventLoopDelayP99Ms: 1,
  cpuMs: 100,
  wallMs: 1000,
  lateSends: 1,
  dropped: 2,
  replaced: 1,
  contentEvents: 100,
  sharedStamps: 10,
  ...over,
})

test('the busiest of three workers counts, and counts add up', () => {
  const busy = worker({ eventLoopDelayP99Ms: 9, cpuMs: 950 })
  expect(clientTotals([worker(), busy, worker({ cpuMs: 10 })])).toEqual({
    eventLoopDelayP99Ms: 9,
    cpuShareOfCore: 0.95,
    lateSends: 3,
    dropped: 6,
    replaced: 3,
    sharedStampShare: 0.1,
  })
})

test('a worker that measured no time has no CPU share, and no value is infinite', () => {
  const still = worker({ wallMs: 0, eventLoopDelayP99Ms: null, contentEvents: 0, sharedStamps: 0 })
  expect(clientTotals([still])).toMatchObject({
    cpuShareOfCore: null,
    eventLoopDelayP99Ms: null,
    sharedStampShare: null,
  })
  expect(clientTotals([still, worker()]).cpuShareOfCore).toBe(0.1)
})

test('without workers (a training command) nothing is known', () => {
  expect(clientTotals([])).toMatchObject({ cpuShareOfCore: null, eventLoopDelayP99Ms: null, lateSends: 0 })
})

test('requests for which this machine had no socket add up, and are absent where there were none', () => {
  expect(clientTotals([worker(), worker({ noSocket: 2 }), worker({ noSocket: 3 })])).toMatchObject({ noSocket: 5 })
  expect(clientTotals([worker({ noSocket: 0 }), worker()])).not.toHaveProperty('noSocket')
})
