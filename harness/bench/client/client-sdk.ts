import OpenAI from 'openai'
import { monotonicMs, type StampedRequest, WARM_UP_ID } from '../../load/loopback/loopback-scenario.ts'
import { makeBodies } from '../../plan/prompt-body.ts'
import { finishScenario, readScenario } from './finish.ts'

/** What an application behind the `openai` package sees: its async iterator, one stamp per event, retries off. */
const scenario = readScenario()
const client = new OpenAI({ baseURL: `${scenario.url}/v1`, apiKey: 'none', maxRetries: 0 })
const body = makeBodies({ api: 'completions', model: 'mock', vocab: 128_256, seed: 1, salt: 0, sharedTokens: 0 }).make({
  phase: 0,
  topic: 0,
  promptTokens: scenario.promptTokens,
  outputTokens: scenario.chunks,
})
const { prompt } = JSON.parse(Buffer.concat(body).toString()) as { prompt: number[] }

const seen: StampedRequest[] = []
let chunks = 0
let failed = 0
let nextId = 0

async function one(id: number): Promise<void> {
  const times: number[] = []
  const sentMs = monotonicMs()
  try {
    const stream = await client.completions.create(
      { model: 'mock', prompt, max_tokens: scenario.chunks, stream: true, stream_options: { include_usage: true } },
      { headers: { 'X-Request-Id': String(id) } },
    )
    for await (const event of stream) if (event.choices[0]?.text) times.push(monotonicMs())
  } catch {
    failed += 1
  }
  if (id === WARM_UP_ID) return
  chunks += times.length
  if (scenario.seconds === 0) seen.push({ id, sentMs, times })
}

for (let round = 0; round < 2; round += 1) {
  await Promise.all(Array.from({ length: scenario.streams }, () => one(WARM_UP_ID)))
}
const cpuBefore = process.cpuUsage()
const startMs = monotonicMs()
await Promise.all(
  Array.from({ length: scenario.streams }, async (_, slot) => {
    await new Promise((resolve) => setTimeout(resolve, (scenario.spreadMs * slot) / scenario.streams))
    let sent = 0
    do {
      sent += 1
      await one(nextId++)
    } while (
      scenario.seconds > 0 ? monotonicMs() - startMs < scenario.seconds * 1000 : sent < scenario.requestsPerStream
    )
  }),
)
const cpu = process.cpuUsage(cpuBefore)
finishScenario(scenario, seen, {
  cpuMs: (cpu.user + cpu.system) / 1000,
  wallMs: monotonicMs() - startMs,
  chunks,
  failed,
})
process.exit(0)
