import { describe, expect, test } from 'vitest'
import { SseScanner } from '../endpoint/wire/sse-scanner.ts'
import { type ConnectionSlot, MAX_OPENING, openAll, sendOnSlot } from './connection-slots.ts'
import { WorkerStats } from './worker-stats.ts'

/** Connections that count how many are being opened; the one with index `broken` refuses. */
function connections(count: number, broken = -1) {
  const seen = { opening: 0, maxOpening: 0, opened: 0 }
  const slots = Array.from({ length: count }, (_, index) => ({
    connection: {
      open: async () => {
        seen.opening += 1
        seen.maxOpening = Math.max(seen.maxOpening, seen.opening)
        // some take longer than others
        for (let turn = 0; turn <= index % 7; turn += 1) await Promise.resolve()
        seen.opening -= 1
        if (index === broken) throw new Error('refused')
        seen.opened += 1
      },
    },
  }))
  return { slots, seen }
}

test('every connection is opened, and no more than 64 at a time', async () => {
  const { slots, seen } = connections(3 * MAX_OPENING + 5)
  await openAll(slots)
  expect(seen).toEqual({ opening: 0, maxOpening: MAX_OPENING, opened: slots.length })
})

test('one that cannot be opened is the error, and later ones are not started', async () => {
  const { slots, seen } = connections(10 * MAX_OPENING, 3)
  await expect(openAll(slots)).rejects.toThrow('refused')
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
  expect(seen.opened).toBeLessThan(3 * MAX_OPENING)
})

describe('a request whose connection cannot be opened', () => {
  const failing = (code: string): ConnectionSlot => ({
    connection: {
      open: async () => {
        throw Object.assign(new Error(`connect ${code}`), { code })
      },
    } as unknown as ConnectionSlot['connection'],
    scanner: new SseScanner(),
  })
  const ask = (code: string) =>
    sendOnSlot(failing(code), 'head', [], { now: () => 7, timeoutMs: 1000, signal: new AbortController().signal })

  test.each(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL'])(
    '%s is a limit of this machine, and counted as one',
    async (code) => {
      const result = await ask(code)
      expect(result).toMatchObject({ outcome: 'connect', noSocket: true })
      expect(result.error).toMatch(new RegExp(`^connect ${code}: (joulemark|the client machine) has no free`))
      const stats = new WorkerStats()
      const planned = { plannedPromptTokens: 8, plannedOutputTokens: 8 }
      stats.add({ trial: 0, id: 0, worker: 0, scheduledMs: 5, originMs: 0, ...planned }, result, null)
      expect(stats.noSocket).toBe(1)
      stats.begin()
      expect(stats.noSocket).toBe(0)
    },
  )

  test('a refused connection is the failure of the server', async () => {
    expect(await ask('ECONNREFUSED')).toMatchObject({
      outcome: 'connect',
      noSocket: false,
      error: 'connect ECONNREFUSED',
    })
  })
})
