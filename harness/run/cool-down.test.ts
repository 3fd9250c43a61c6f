import { describe, expect, test } from 'vitest'
import type { GpuRow } from '../record/rows.ts'
import { steppedClock } from '../testing/stepped-clock.ts'
import { coolDown, type TemperatureReading, temperatureOf } from './cool-down.ts'

const rule = { toWithinC: 3, timeoutSeconds: 60 }
const at = (...celsius: readonly number[]): TemperatureReading => ({
  celsius: new Map(celsius.map((each, index) => [`GPU-${index}`, each])),
})

/** Waits with a card whose temperature is a function of the time that has passed. */
async function cool(
  celsiusAt: (seconds: number) => TemperatureReading,
  start: TemperatureReading = at(50),
  interruptAtS = 1e9,
) {
  const interrupt = new AbortController()
  const clock = steppedClock((nowMs) => {
    if (nowMs >= interruptAtS * 1000) interrupt.abort()
  })
  const reports: [seconds: number, aboveC: number][] = []
  const wait = await coolDown({
    rule,
    beforeTrial: 2,
    start,
    read: () => celsiusAt(clock.nowMs() / 1000),
    nowMs: () => clock.nowMs(),
    clock,
    signal: interrupt.signal,
    onWarm: (elapsedMs, aboveC) => reports.push([elapsedMs / 1000, aboveC]),
  })
  return { wait, reports }
}

describe('cooling down between trials', () => {
  test('waits until the card is near its temperature at the first trial, and reports progress', async () => {
    const { wait, reports } = await cool((seconds) => at(70 - seconds))
    expect(wait).toEqual({ beforeTrial: 2, startMs: 0, endMs: 17_000, outcome: 'reached', fromAboveC: 20, toAboveC: 3 })
    expect(reports[0]).toEqual([0, 20])
    expect(reports.at(-1)).toEqual([16.5, 3.5])
  })

  test('a card that is near enough, or cooler than it was, is not waited for', async () => {
    expect((await cool(() => at(53))).wait).toMatchObject({ outcome: 'reached', startMs: 0, endMs: 0 })
    expect((await cool(() => at(30))).wait).toMatchObject({ outcome: 'reached', endMs: 0, toAboveC: -20 })
  })

  test('of several cards the one furthest above its own start decides', async () => {
    const { wait } = await cool((seconds) => at(40, 80 - seconds), at(50, 60))
    expect(wait).toMatchObject({ outcome: 'reached', fromAboveC: 20, endMs: 17_000 })
  })

  test('a card that stays warm ends the wait at the timeout, as a finding and not an error', async () => {
    const { wait } = await cool(() => at(59))
    expect(wait).toMatchObject({ outcome: 'timed-out', endMs: 60_000, fromAboveC: 9, toAboveC: 9 })
    expect(wait.finding).toBe(
      'cool-down before trial 3: after 60 s the card is still 9 °C above the start of the first trial; within 3 °C is required',
    )
  })

  test('without a known temperature it does not wait, and gives the reason', async () => {
    const unknown = { reason: 'the driver reports no temperature' }
    expect((await cool(() => unknown)).wait).toMatchObject({
      outcome: 'temperature-unknown',
      endMs: 0,
      fromAboveC: null,
      toAboveC: null,
      finding: 'no cool-down before trial 3: the driver reports no temperature',
    })
    expect((await cool(() => at(70), unknown)).wait.finding).toContain('at the start of the first trial, the driver')
    const lost = await cool((seconds) => (seconds < 5 ? at(70) : unknown))
    expect(lost.wait).toMatchObject({ outcome: 'temperature-unknown', endMs: 5000, fromAboveC: 20, toAboveC: null })
  })

  test('an interrupt ends it', async () => {
    const { wait } = await cool(() => at(70), at(50), 4)
    expect(wait).toMatchObject({ outcome: 'interrupted', endMs: 4000 })
    expect(wait.finding).toBeUndefined()
  })
})

describe('the temperature of the serving cards', () => {
  const row = (uuid: string, temperatureC: number | null, arrivalMs = 1000): [string, GpuRow] => [
    uuid,
    {
      timeMs: arrivalMs,
      arrivalMs,
      uuid,
      powerW: null,
      powerInstantW: null,
      memoryUsedMiB: null,
      utilizationGpuPct: null,
      utilizationMemoryPct: null,
      smClockMHz: null,
      memClockMHz: null,
      temperatureC,
      pstate: null,
      eventReasons: null,
    },
  ]

  test('is that of their newest samples; other cards do not matter', () => {
    const newest = new Map([row('GPU-0', 61), row('GPU-1', null)])
    expect(temperatureOf(newest, ['GPU-0'], 2000)).toEqual({ celsius: new Map([['GPU-0', 61]]) })
  })

  test.each([
    ['no card is watched', [], [], 'no GPU is watched'],
    ['a card was never sampled', [row('GPU-0', 61)], ['GPU-0', 'GPU-1'], 'there is no sample of the card'],
    ['the driver reports none', [row('GPU-0', null)], ['GPU-0'], 'the driver reports no temperature'],
    ['sampling has ended', [row('GPU-0', 61, -9000)], ['GPU-0'], 'the last sample of the card is over 10 s old'],
  ])('is not known when %s', (_, rows, uuids, reason) => {
    expect(temperatureOf(new Map(rows as [string, GpuRow][]), uuids as string[], 2000)).toEqual({ reason })
  })
})
