import { parseAddress } from '../../endpoint/address.ts'
import { sendTimed } from '../../endpoint/timed-request.ts'
import { makeLanes, openAll } from '../../load/lanes.ts'
import { finishArena, monotonicMs, readArena, type Seen, WARM_UP_ID } from './arena.ts'
import { emptyHead, prepareArenaBodies } from './bodies.ts'

/** The load engine's own hot path: connections opened and bodies made before the clock starts, one stamp a read. */
const arena = readArena()
const address = parseAddress(arena.url)
const bodies = prepareArenaBodies(arena)
const lanes = makeLanes(address, arena.streams, monotonicMs)
const options = { now: monotonicMs, timeoutMs: 120_000, signal: new AbortController().signal }

const seen: Seen[] = []
let chunks = 0
let failed = 0
let nextId = 0

const send = (lane: (typeof lanes)[number], id: number) => {
  const body = bodies.make({ phase: 0, topic: id, promptTokens: arena.promptTokens, outputTokens: arena.chunks })
  return sendTimed(lane.connection, lane.scanner, [emptyHead(address.authority, id, body), ...body], options)
}

await openAll(lanes)
await Promise.all(lanes.map((lane) => send(lane, WARM_UP_ID)))
const cpuBefore = process.cpuUsage()
const startMs = monotonicMs()
await Promise.all(
  lanes.map(async (lane, slot) => {
    await new Promise((resolve) => setTimeout(resolve, (arena.spreadMs * slot) / arena.streams))
    do {
      const id = nextId++
      const result = await send(lane, id)
      if (result.outcome !== 'ok') failed += 1
      chunks += result.facts.chunks
      if (arena.seconds === 0) {
        seen.push({ id, sentMs: result.dispatchedMs, times: result.facts.times.slice(0, result.facts.chunks) })
      }
    } while (monotonicMs() - startMs < arena.seconds * 1000)
  }),
)
const cpu = process.cpuUsage(cpuBefore)
const cost = { cpuMs: (cpu.user + cpu.system) / 1000, wallMs: monotonicMs() - startMs, chunks, failed }
for (const lane of lanes) lane.connection.close()
finishArena(arena, seen, cost)
