import { describe, expect, it } from 'vitest'
import { type Clock, sleepUnlessAborted } from './clock.ts'

/** A clock whose sleep is ended by the test: in time, by its signal, or by a fault of its own. */
const clockThat = (sleep: Clock['sleep']): Clock => ({ nowMs: () => 0, wall: () => new Date(0), sleep })

describe('sleepUnlessAborted', () => {
  const { signal: never } = new AbortController()

  it('is true when the time has passed', async () => {
    const asked: number[] = []
    const clock = clockThat(async (ms) => void asked.push(ms))
    expect(await sleepUnlessAborted(clock, 25, never)).toBe(true)
    expect(asked).toEqual([25])
  })

  it('is false when the signal cuts it short, whether the clock rejects or resolves then', async () => {
    for (const end of ['reject', 'resolve'] as const) {
      const stop = new AbortController()
      const clock = clockThat(
        (_, signal) =>
          new Promise((resolve, reject) => {
            signal?.addEventListener('abort', () => (end === 'reject' ? reject(signal.reason) : resolve()))
          }),
      )
      const slept = sleepUnlessAborted(clock, 1000, stop.signal)
      stop.abort()
      expect(await slept).toBe(false)
    }
  })

  it('does not begin to sleep on a signal that is aborted already', async () => {
    const clock = clockThat(() => Promise.reject(new Error('slept')))
    expect(await sleepUnlessAborted(clock, 1000, AbortSignal.abort())).toBe(false)
  })

  it('hides no fault of the clock itself', async () => {
    const clock = clockThat(() => Promise.reject(new RangeError('no such time')))
    await expect(sleepUnlessAborted(clock, 1, never)).rejects.toThrow('no such time')
  })
})
