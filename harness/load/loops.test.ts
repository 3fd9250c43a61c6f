import { describe, expect, test } from 'vitest'
import type { Clock } from '../clock.ts'
import { seededRandom } from '../plan/random.ts'
import type { SessionPlan } from '../plan/session-turns.ts'
import { runClosedLoop } from './closed-loop.ts'
import { runOpenLoop } from './open-loop.ts'
import { runQueuedLoop } from './queued-loop.ts'
import type { ScheduledRequest } from './scheduled-requests.ts'
import { Conversation } from './session/conversation.ts'

/** A clock that moves only when all tasks sleep: sleepers are woken in order of time. */
function virtualClock(): Clock & { run(): Promise<void> } {
  let nowMs = 0
  const sleepers: { atMs: number; wake: () => void }[] = []
  return {
    nowMs: () => nowMs,
    wall: () => new Date(nowMs),
    sleep: (ms) => new Promise((wake) => void sleepers.push({ atMs: nowMs + Math.max(0, ms), wake })),
    async run() {
      for (;;) {
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
        sleepers.sort((a, b) => a.atMs - b.atMs)
        const next = sleepers.shift()
        if (!next) return
        nowMs = Math.max(nowMs, next.atMs)
        next.wake()
      }
    },
  }
}
const never = new AbortController().signal

describe('the open loop', () => {
  const at = (...times: number[]): ScheduledRequest[] =>
    times.map((atMs) => ({ atMs, promptTokens: 1, outputTokens: 1 }))

  async function play(requests: ScheduledRequest[], connections: number, eachMs: number, untilMs = 10_000) {
    const clock = virtualClock()
    const sent: number[] = []
    const dropped: number[] = []
    const done = runOpenLoop(0, untilMs, {
      clock,
      free: Array.from({ length: connections }, (_, index) => index),
      requests,
      idOf: (index) => index,
      stopSending: never,
      send: async () => {
        sent.push(clock.nowMs())
        await clock.sleep(eachMs)
      },
      drop: (scheduledMs) => void dropped.push(scheduledMs),
    })
    await clock.run()
    await done
    return { sent, dropped }
  }

  test('sends each request at its time, however slow the others are', async () => {
    expect(await play(at(10, 20, 30), 5, 1000)).toEqual({ sent: [10, 20, 30], dropped: [] })
  })

  test('drops a request that finds no connection, and never makes it wait', async () => {
    expect(await play(at(0, 10, 20, 1500), 2, 1000)).toEqual({ sent: [0, 10, 1500], dropped: [20] })
  })

  test('sends nothing that is due after the end', async () => {
    expect(await play(at(0, 99, 100), 5, 1, 100)).toEqual({ sent: [0, 99], dropped: [] })
  })
})

describe('the closed loop', () => {
  test('keeps each slot busy until the time is up, and spreads the starts', async () => {
    const clock = virtualClock()
    const sent: [number, number][] = []
    const done = runClosedLoop(
      { startMs: 0, untilMs: 100, rampMs: 20 },
      {
        clock,
        slots: ['a', 'b'],
        stopSending: never,
        pauseMs: () => 0,
        next: async (_, slotIndex) => {
          sent.push([slotIndex, clock.nowMs()])
          await clock.sleep(40)
        },
      },
    )
    await clock.run()
    await done
    expect(sent).toEqual([
      [0, 0],
      [1, 10],
      [0, 40],
      [1, 50],
      [0, 80],
      [1, 90],
    ])
  })

  test('pauses between the turns of a conversation', async () => {
    const clock = virtualClock()
    const sent: number[] = []
    const done = runClosedLoop(
      { startMs: 0, untilMs: 100, rampMs: 0 },
      {
        clock,
        slots: ['a'],
        stopSending: never,
        pauseMs: () => 25,
        next: async () => {
          sent.push(clock.nowMs())
          await clock.sleep(10)
        },
      },
    )
    await clock.run()
    await done
    expect(sent).toEqual([0, 35, 70])
  })
})

describe('the queued loop of the sdk client', () => {
  async function play(
    slots: number,
    untilMs: number,
    over: { rampMs?: number; pauseMs?: number; stopAtMs?: number } = {},
  ) {
    const clock = virtualClock()
    const stop = new AbortController()
    const sent: [slotIndex: number, atMs: number, scheduledMs: number][] = []
    let inFlight = 0
    let maxInFlight = 0
    const done = runQueuedLoop(
      { startMs: 0, untilMs, rampMs: over.rampMs ?? 0 },
      {
        clock,
        slots: Array.from({ length: slots }, (_, index) => index),
        stopSending: stop.signal,
        pauseMs: () => over.pauseMs ?? 0,
        next: async (_, slotIndex, scheduledMs) => {
          sent.push([slotIndex, clock.nowMs(), scheduledMs])
          inFlight += 1
          maxInFlight = Math.max(maxInFlight, inFlight)
          await clock.sleep(40)
          inFlight -= 1
          if (clock.nowMs() >= (over.stopAtMs ?? Number.POSITIVE_INFINITY)) stop.abort()
        },
      },
    )
    await clock.run()
    await done
    return { sent, maxInFlight }
  }

  test('keeps as many in flight as there are slots, never more, until the time is up', async () => {
    const { sent, maxInFlight } = await play(3, 100)
    expect(maxInFlight).toBe(3)
    expect(sent.map(([, atMs]) => atMs)).toEqual([0, 0, 0, 40, 40, 40, 80, 80, 80])
  })

  test('spreads the starts, and gives a slotIndex to one request at a time', async () => {
    const { sent } = await play(2, 100, { rampMs: 20 })
    expect(sent).toEqual([
      [0, 0, 0],
      [1, 10, 10],
      [0, 40, 40],
      [1, 50, 50],
      [0, 80, 80],
      [1, 90, 90],
    ])
  })

  test('pauses a slotIndex between its requests', async () => {
    expect((await play(1, 100, { pauseMs: 15 })).sent.map(([, atMs]) => atMs)).toEqual([0, 55])
  })

  test('hands nothing more over once it is stopped', async () => {
    expect((await play(2, 10_000, { stopAtMs: 80 })).sent.map(([, atMs]) => atMs)).toEqual([0, 0, 40, 40])
  })

  test('ends at once without slots', async () => {
    expect((await play(0, 100)).sent).toEqual([])
  })
})

describe('a session', () => {
  const talk = (over: Partial<SessionPlan> = {}, joinsAt = 0) => {
    let topics = 0
    return new Conversation({
      plan: { turns: 3, thinkSeconds: 2, userTokens: 10, width: 1, ...over },
      lengthsOf: (topic) => ({ promptTokens: 100 + topic, outputTokens: 50 }),
      random: seededRandom(1),
      newTopic: () => topics++,
      joinsAt,
    })
  }
  const shapes = (conversation: Conversation, count: number) =>
    Array.from({ length: count }, () => {
      const { topic, contextTokens, turn, turnsLeft } = conversation.next()
      return [topic, contextTokens, turn, turnsLeft]
    })

  test('grows by answer and question, ends after its turns and begins anew', () => {
    expect(shapes(talk(), 4)).toEqual([
      [0, 100, 1, 2],
      [0, 160, 2, 1],
      [0, 220, 3, 0],
      [1, 101, 1, 2],
    ])
  })

  test('pauses between its turns, and not before a new one', () => {
    const conversation = talk({ thinkSpread: 'fixed' })
    const pauses = Array.from({ length: 4 }, () => {
      conversation.next()
      return conversation.pauseMs()
    })
    expect(pauses).toEqual([2000, 2000, 0, 2000])
  })

  test('may be joined in the middle, with a turn that counts for no depth; the next one is whole', () => {
    expect(shapes(talk({}, 0.5), 4)).toEqual([
      [0, 160, null, null],
      [0, 220, 3, 0],
      [1, 101, 1, 2],
      [1, 161, 2, 1],
    ])
  })
})
