import { afterEach, expect, test, vi } from 'vitest'
import type { Interruption } from '../../record/schema/telemetry.ts'
import { type ClockReading, interruptionsBetween, watchTime } from './time-watch.ts'

afterEach(() => {
  vi.useRealTimers()
})

const start: ClockReading = { monotonicMs: 7000, wallMs: 1_800_000_000_000, bootMs: 90_000 }

/** The clocks after some time: how long this process ran, the machine was suspended, and the wall clock stepped. */
function after({ ranMs = 1000, suspendedMs = 0, stepMs = 0 }, from = start): ClockReading {
  const passedMs = ranMs + suspendedMs
  return {
    monotonicMs: from.monotonicMs + ranMs,
    wallMs: from.wallMs + passedMs + stepMs,
    bootMs: from.bootMs === null ? null : from.bootMs + passedMs,
  }
}

test.each([
  ['an ordinary second', {}, []],
  ['a busy second', { ranMs: 3500, stepMs: 20 }, []],
  ['a suspended laptop', { suspendedMs: 35_000 }, [['suspended', 35_000, 'the machine was suspended for 35.0 s']]],
  [
    'SIGSTOP for 6 s',
    { ranMs: 7100 },
    [['stopped', 6100, expect.stringMatching(/^this process did not run for 6\.1 s \(stopped by SIGSTOP/)]],
  ],
  [
    'a clock set back by an hour',
    { stepMs: -3_600_000 },
    [['clock-step', -3_600_000, 'the wall clock stepped by -3600.0 s']],
  ],
  [
    'a suspension after which the clock was set',
    { suspendedMs: 10_000, stepMs: 900 },
    [
      ['suspended', 10_000, 'the machine was suspended for 10.0 s'],
      ['clock-step', 900, 'the wall clock stepped by 0.9 s'],
    ],
  ],
])('%s', (_, what, expected) => {
  const found = interruptionsBetween(start, after(what), { everyMs: 1000, atMs: 42 })
  expect(found.map(({ kind, byMs, message }) => [kind, byMs, message])).toEqual(expected)
  expect(found.every(({ atMs }) => atMs === 42)).toBe(true)
})

test('without a clock since the boot, a suspension is a step of the wall clock', () => {
  const from = { ...start, bootMs: null }
  const found = interruptionsBetween(from, after({ suspendedMs: 35_000 }, from), { everyMs: 1000, atMs: 0 })
  expect(found.map(({ kind }) => kind)).toEqual(['clock-step'])
})

test('the clocks are compared every second, and once more at the end', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  let clocks = start
  const found: Interruption[] = []
  const stop = watchTime({ runTime: () => 5000.4, onInterruption: (each) => found.push(each), read: () => clocks })
  clocks = after({}, clocks)
  vi.advanceTimersByTime(1000)
  expect(found).toEqual([])
  clocks = after({ suspendedMs: 2000 }, clocks)
  vi.advanceTimersByTime(1000)
  clocks = after({ stepMs: 5000 }, clocks)
  stop()
  expect(found.map(({ kind, atMs }) => [kind, atMs])).toEqual([
    ['suspended', 5000],
    ['clock-step', 5000],
  ])
  expect(vi.getTimerCount()).toBe(0)
})
