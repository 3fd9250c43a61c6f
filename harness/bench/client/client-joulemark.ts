import { parseAddress } from '../../endpoint/address.ts'
import { sendTimed } from '../../endpoint/timed-request.ts'
import { Connection } from '../../endpoint/wire/connection.ts'
import { SseScanner } from '../../endpoint/wire/sse-scanner.ts'
import { makeBodyTemplate } from '../../plan/prompt-body.ts'
import { finishArena, monotonicMs, readArena, type Seen } from './arena.ts'

/** The load engine's own hot path: connections opened and bodies made before the clock starts, one stamp a read. */
const arena = readArena()
const address = parseAddress(arena.url)
const template = makeBodyTemplate({
  api: 'completions',
  model: 'mock',
  promptTokens: arena.promptTokens,
  outputTokens: arena.chunks,
  vocab: 128_256,
  seed: 1,
})
const lanes = Array.from({ length: arena.streams }, () => ({
  connection: new Connection(address, monotonicMs),
  scanner: new SseScanner(),
  body: template.clone(),
}))
const headFor = (id: number) =>
  Buffer.from(
    `POST /v1/completions HTTP/1.1\r\nHost: ${address.authority}\r\nContent-Type: application/json\r\nX-Request-Id: ${id}\r\nContent-Length: ${template.bytes.length}\r\n\r\n`,
  )

const never = new AbortController().signal
const seen: Seen[] = []
let chunks = 0
let failed = 0

for (let from = 0; from < lanes.length; from += 64) {
  await Promise.all(lanes.slice(from, from + 64).map((lane) => lane.connection.open(10_000)))
}
const cpuBefore = process.cpuUsage()
const startMs = monotonicMs()
let nextId = 0
await Promise.all(
  lanes.map(async (lane, slot) => {
    let id = nextId++
    let body = lane.body.fill(0, id)
    await new Promise((resolve) => setTimeout(resolve, (arena.spreadMs * slot) / arena.streams))
    do {
      const result = await sendTimed(lane.connection, lane.scanner, headFor(id), body, {
        now: monotonicMs,
        timeoutMs: 120_000,
        signal: never,
      })
      if (result.outcome !== 'ok') failed += 1
      chunks += result.facts.chunks
      if (arena.seconds === 0)
        seen.push({ id, sentMs: result.dispatchedMs, times: result.facts.times.slice(0, result.facts.chunks) })
      else {
        id = nextId++
        body = lane.body.fill(0, id)
        await lane.connection.open(10_000)
      }
    } while (monotonicMs() - startMs < arena.seconds * 1000)
  }),
)
const cpu = process.cpuUsage(cpuBefore)
const cost = { cpuMs: (cpu.user + cpu.system) / 1000, wallMs: monotonicMs() - startMs, chunks, failed }
for (const lane of lanes) lane.connection.close()
finishArena(arena, seen, cost)
