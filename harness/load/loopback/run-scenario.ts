import { parseAddress } from '../../endpoint/address.ts'
import { sendTimed } from '../../endpoint/timed-request.ts'
import { makeBodies } from '../../plan/prompt-body.ts'
import { makeConnectionSlots, openAll } from '../connection-slots.ts'
import {
  type ClientCost,
  type LoopbackScenario,
  monotonicMs,
  type StampedRequest,
  WARM_UP_ID,
} from './loopback-scenario.ts'

/** Runs the hot path of the load engine against the loopback server: the same slots, bodies and parser as in a run. */
export async function runLoopbackScenario(
  scenario: LoopbackScenario,
): Promise<{ seen: StampedRequest[]; cost: ClientCost }> {
  const address = parseAddress(scenario.url)
  const bodies = makeBodies({ api: 'completions', model: 'mock', vocab: 128_256, seed: 1, salt: 0, sharedTokens: 0 })
  const slots = makeConnectionSlots(address, scenario.streams, monotonicMs)
  const options = { now: monotonicMs, timeoutMs: 120_000, signal: new AbortController().signal }
  const send = (slot: (typeof slots)[number], id: number) => {
    const body = bodies.make({
      phase: 0,
      topic: id,
      promptTokens: scenario.promptTokens,
      outputTokens: scenario.chunks,
    })
    return sendTimed(slot.connection, slot.scanner, [headOf(address.authority, id, body), ...body], options)
  }
  const seen: StampedRequest[] = []
  let chunks = 0
  let failed = 0
  let nextId = 0
  await openAll(slots)
  // two rounds: JIT compilation happens in the first and is complete in the second
  for (let round = 0; round < 2; round += 1) await Promise.all(slots.map((slot) => send(slot, WARM_UP_ID)))
  // CPU time of the whole process: garbage collection and compilation run in other threads and count too
  const cpuBefore = process.cpuUsage()
  const startMs = monotonicMs()
  await Promise.all(
    slots.map(async (slot, slotIndex) => {
      await new Promise((resolve) => setTimeout(resolve, (scenario.spreadMs * slotIndex) / scenario.streams))
      let sent = 0
      do {
        sent += 1
        const id = nextId++
        const result = await send(slot, id)
        if (result.outcome !== 'ok') failed += 1
        chunks += result.facts.chunks
        if (scenario.seconds === 0) {
          seen.push({ id, sentMs: result.dispatchedMs, times: result.facts.times.slice(0, result.facts.chunks) })
        }
      } while (
        scenario.seconds > 0 ? monotonicMs() - startMs < scenario.seconds * 1000 : sent < scenario.requestsPerStream
      )
    }),
  )
  const cpu = process.cpuUsage(cpuBefore)
  const wallMs = monotonicMs() - startMs
  for (const slot of slots) slot.connection.close()
  return { seen, cost: { cpuMs: (cpu.user + cpu.system) / 1000, wallMs, chunks, failed } }
}

/** The head of one request, with the id under which the loopback server keeps its stamps. */
function headOf(authority: string, id: number, body: readonly Buffer[]): Buffer {
  const length = body.reduce((sum, part) => sum + part.length, 0)
  const lines = [
    'POST /v1/completions HTTP/1.1',
    `Host: ${authority}`,
    'Content-Type: application/json',
    `X-Request-Id: ${id}`,
    `Content-Length: ${length}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}
