import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { parseAddress } from '../endpoint/address.ts'
import type { RequestRow } from '../record/rows.ts'
import { startLoad } from './driver.ts'
import type { LoadPlan, WorkerPlan } from './protocol.ts'

/** Real worker threads against a server in this process that counts what it is asked. */
const events = [
  { choices: [{ index: 0, text: ' a', finish_reason: null }] },
  { choices: [{ index: 0, text: ' b', finish_reason: 'length' }] },
  { choices: [], usage: { prompt_tokens: 8, completion_tokens: 2 } },
]
const answer = `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`
const ANSWER_MS = 25

let server: Server
/** Whether the server closes each connection after its answer, without saying so. */
let closesQuietly = false
let seen: { requests: number; inFlight: number; mostInFlight: number; accepts: Set<string> }
beforeEach(async () => {
  closesQuietly = false
  seen = { requests: 0, inFlight: 0, mostInFlight: 0, accepts: new Set() }
  server = createServer((request, response) => {
    seen.requests += 1
    seen.inFlight += 1
    seen.mostInFlight = Math.max(seen.mostInFlight, seen.inFlight)
    seen.accepts.add(request.headers.accept ?? '')
    request.resume()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    setTimeout(() => {
      // before the last byte: the client may ask again as soon as it has that
      seen.inFlight -= 1
      response.end(answer, () => {
        if (closesQuietly) request.socket.end()
      })
    }, ANSWER_MS)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

interface Played {
  readonly client: WorkerPlan['client']
  readonly workers: number
  readonly connections: number
  readonly load: LoadPlan
  readonly sendMs: number
}

async function play({ client, workers, connections, load, sendMs }: Played) {
  const rows: RequestRow[] = []
  const originMs = systemClock.nowMs()
  const driver = await startLoad(
    {
      workers,
      connections,
      client,
      load,
      originMs,
      address: parseAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      apiKey: null,
      body: { api: 'completions', model: 'm', vocab: 1000, seed: 1, salt: 1, sharedTokens: 0 },
      lengths: { prompt: 8, output: 2 },
      requestTimeoutMs: 60_000,
    },
    { onRows: (more) => void rows.push(...more), onProgress: () => {} },
  )
  try {
    const startMs = systemClock.nowMs() - originMs + 50
    const end = await driver.runPhase({ trial: 0, startMs, sendUntilMs: startMs + sendMs, rampMs: 0 })
    return { rows, end, startMs }
  } finally {
    await driver.close()
  }
}

describe('an open loop', () => {
  const load: LoadPlan = { kind: 'open', ratePerS: 40, arrivals: 'constant', burstiness: 1, rampSeconds: 0 }

  test.each([1, 3])('sends its rate once, at the same times, on %i workers', async (workers) => {
    const { rows, end, startMs } = await play({ client: 'raw', workers, connections: 120, load, sendMs: 1000 })
    expect(end.stats).toHaveLength(workers)
    // due at 25, 50, ... 975 ms: the one of 1000 ms is due when the time is up
    expect(rows).toHaveLength(39)
    expect(seen.requests).toBe(rows.length)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
    const dueMs = rows.map(({ scheduledMs }) => Math.round(scheduledMs - startMs)).toSorted((a, b) => a - b)
    expect(dueMs).toEqual(Array.from({ length: 39 }, (_, index) => 25 * (index + 1)))
  })
})

describe('a closed loop', () => {
  const load: LoadPlan = { kind: 'closed', session: null }

  test.each([
    ['raw', /^text\/event-stream$/],
    ['sdk', /application\/json/],
  ] as const)('of the %s client has its connections in flight, and never one more', async (client, accept) => {
    const { rows } = await play({ client, workers: 2, connections: 6, load, sendMs: 2000 })
    expect([...seen.accepts]).toEqual([expect.stringMatching(accept)])
    expect(seen.mostInFlight).toBe(6)
    expect(seen.requests).toBeGreaterThan(6)
    expect(rows.map(({ outcome }) => outcome)).toEqual(rows.map(() => 'ok'))
    expect(rows).toHaveLength(seen.requests)
  })
})

test('connections that the server closes quietly are replaced and counted, and no request fails', async () => {
  closesQuietly = true
  const load: LoadPlan = { kind: 'closed', session: null }
  const { rows, end } = await play({ client: 'raw', workers: 2, connections: 4, load, sendMs: 1000 })
  expect(rows.map(({ outcome }) => outcome)).toEqual(rows.map(() => 'ok'))
  expect(rows.length).toBeGreaterThan(8)
  // every request but the first of each connection
  expect(end.stats.reduce((sum, { replaced }) => sum + replaced, 0)).toBe(rows.length - 4)
})
