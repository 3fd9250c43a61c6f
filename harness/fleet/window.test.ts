import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FleetWindow, startsAt, windowAt, windowTooShort } from './window.ts'

const HOUR_MS = 3_600_000
const night: FleetWindow = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '22:00',
  to: '06:00',
  timeZone: 'Europe/London',
}
const at = (text: string) => Date.parse(text)
const iso = (ms: number) => new Date(ms).toISOString()
const said = (window: FleetWindow, text: string) => {
  const now = windowAt(window, at(text))
  return now.isOpen ? `until ${now.untilMs === null ? 'ever' : iso(now.untilMs)}` : `opens ${iso(now.opensMs)}`
}

describe('a night over midnight', () => {
  test.each([
    // 2026-11-27 is a Friday; London is on UTC
    ['2026-11-27T21:59:59Z', 'opens 2026-11-27T22:00:00.000Z'],
    ['2026-11-27T22:00:00Z', 'until 2026-11-28T06:00:00.000Z'],
    ['2026-11-28T05:59:00Z', 'until 2026-11-28T06:00:00.000Z'],
    ['2026-11-28T06:00:00Z', 'opens 2026-11-30T22:00:00.000Z'],
    ['2026-11-28T23:00:00Z', 'opens 2026-11-30T22:00:00.000Z'],
    // the night from Sunday began on Sunday, which is no day of the window
    ['2026-11-30T03:00:00Z', 'opens 2026-11-30T22:00:00.000Z'],
    // summer: 22:00 in London is 21:00 UTC
    ['2026-07-01T20:00:00Z', 'opens 2026-07-01T21:00:00.000Z'],
  ])('%s', (text, answer) => {
    expect(said(night, text)).toBe(answer)
  })
})

describe('nights on which clocks change', () => {
  const sunday: FleetWindow = { ...night, days: ['sat'], from: '22:00', to: '06:00' }
  test('an hour shorter in spring, an hour longer in autumn', () => {
    expect(said(sunday, '2026-03-28T22:00:00Z')).toBe('until 2026-03-29T05:00:00.000Z')
    expect(said(sunday, '2026-10-24T21:00:00Z')).toBe('until 2026-10-25T06:00:00.000Z')
  })

  test('an end in the hour that is skipped is where it is skipped; one in the hour that comes twice is its first', () => {
    expect(said({ ...sunday, to: '01:30' }, '2026-03-28T23:00:00Z')).toBe('until 2026-03-29T01:00:00.000Z')
    expect(said({ ...sunday, to: '01:30' }, '2026-10-24T23:00:00Z')).toBe('until 2026-10-25T00:30:00.000Z')
  })
})

test('a window of whole days', () => {
  const all: FleetWindow = {
    ...night,
    days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    from: '00:00',
    to: '00:00',
  }
  expect(said(all, '2026-11-27T12:00:00Z')).toBe('until ever')
  expect(said({ ...all, days: ['sat', 'sun'] }, '2026-11-28T12:00:00Z')).toBe('until 2026-11-30T00:00:00.000Z')
})

describe('when a box starts', () => {
  const start = (text: string, hours: number) => {
    const found = startsAt(night, at(text), hours * HOUR_MS)
    return found === null ? null : iso(found.atMs)
  }
  test('now, if it fits; else when the window opens next; never, if it is longer than any night', () => {
    expect(start('2026-11-27T23:00:00Z', 7)).toBe('2026-11-27T23:00:00.000Z')
    expect(start('2026-11-27T23:00:01Z', 7)).toBe('2026-11-30T22:00:00.000Z')
    expect(start('2026-11-27T12:00:00Z', 8)).toBe('2026-11-27T22:00:00.000Z')
    expect(start('2026-11-27T12:00:00Z', 8.1)).toBeNull()
    expect(startsAt(undefined, 5, HOUR_MS)).toEqual({ atMs: 5 })
  })
})

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
const anyWindow: fc.Arbitrary<FleetWindow> = fc.record({
  days: fc.uniqueArray(fc.constantFrom(...days), { minLength: 1 }),
  ...{ from: time, to: time },
  timeZone: fc.constantFrom('Europe/London', 'UTC', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'),
})
/** Around both changes of the clock in each zone, and between. */
const anyMoment = fc.integer({ min: at('2026-01-01T00:00Z') / 60_000, max: at('2027-01-01T00:00Z') / 60_000 })

/** By the definition alone: the clock on the wall, through another API of the platform. */
function isOpen({ days: open, from, to, timeZone }: FleetWindow, ms: number): boolean {
  const wall = (shiftMs: number) =>
    new Date(ms + shiftMs).toLocaleString('en-GB', { timeZone, weekday: 'short' }).toLowerCase()
  const clock = new Date(ms).toLocaleTimeString('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const today = open.includes(wall(0) as never)
  const index = days.indexOf(wall(0) as never)
  const yesterday = open.includes(days[(index + 6) % 7]!)
  if (from < to) return today && clock >= from && clock < to
  return (today && clock >= from) || (yesterday && clock < to)
}

describe('any window at any moment', () => {
  test('is open as the clock on the wall says, until the first minute in which it is not', () => {
    fc.assert(
      fc.property(anyWindow, anyMoment, fc.double({ min: 0, max: 1, noNaN: true }), (window, minute, share) => {
        const ms = minute * 60_000
        const now = windowAt(window, ms)
        expect(now.isOpen).toBe(isOpen(window, ms))
        const changes = now.isOpen ? now.untilMs : now.opensMs
        if (changes === null) return
        expect(changes).toBeGreaterThan(ms)
        expect(isOpen(window, changes)).toBe(!now.isOpen)
        const between = ms + Math.floor(((changes - ms) / 60_000) * share) * 60_000
        if (between < changes) expect(isOpen(window, between)).toBe(now.isOpen)
        expect(isOpen(window, changes - 60_000)).toBe(now.isOpen)
      }),
      { numRuns: 100 },
    )
  })

  test('a box that starts ends in the same opening', () => {
    fc.assert(
      fc.property(anyWindow, anyMoment, fc.integer({ min: 1, max: 20 * 60 }), (window, minute, length) => {
        const found = startsAt(window, minute * 60_000, length * 60_000)
        if (found === null) return
        const now = windowAt(window, found.atMs)
        expect(now.isOpen && (now.untilMs === null || now.untilMs - found.atMs >= length * 60_000)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a timeLimit', () => {
  const HOUR_MS = 3600_000
  const night: FleetWindow = { days: ['thu'], from: '02:00', to: '06:00', timeZone: 'UTC' }
  const said = (lengthMs: number, pollMs = 60_000) => windowTooShort(night, 0, { lengthMs, pollMs })
  test('that needs the whole window would be put off each time, and is refused', () => {
    expect(said(4 * HOUR_MS)).toBe(
      'timeLimit leaves no time to start in it; expected a window that is open 6 minutes longer than timeLimit',
    )
    expect(said(4 * HOUR_MS - 355_000)).toContain('6 minutes longer')
    expect(said(4 * HOUR_MS + 1)).toBe('timeLimit is longer than the window is open')
  })

  test('that leaves some minutes and a look at the engine fits', () => {
    expect(said(4 * HOUR_MS - 360_000)).toBeNull()
    expect(said(4 * HOUR_MS - 360_000, 600_000)).toContain('15 minutes longer')
    expect(windowTooShort(undefined, 0, { lengthMs: 99 * HOUR_MS, pollMs: 0 })).toBeNull()
  })
})
