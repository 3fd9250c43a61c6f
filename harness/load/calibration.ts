import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../clock.ts'
import { parseAddress } from '../endpoint/address.ts'
import { JoulemarkError, messageOf } from '../errors.ts'
import type { RequestRow } from '../record/rows.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { CalibrationPlan } from './calibration-plan.ts'
import { type PhaseEnd, startLoad } from './driver.ts'
import type { ClientCost, LoopbackScenario } from './loopback/loopback-scenario.ts'
import { compareRows } from './loopback/row-errors.ts'
import { startLoopback } from './loopback/start-server.ts'
import { startTimingWorker } from './worker-memory.ts'

/** Pace of the exact server: each stream receives a token every 25 ms, a plausible rate for vLLM. */
const RATE_PER_S = 40
const TTFT_MS = 50
/** Before it counts each stream sends two requests: code is compiled in the first and fast in the second. */
const WARM_UP_MS = 2 * (TTFT_MS + 1000)
const FULL_SPEED_STREAMS = 64
const FULL_SPEED_SECONDS = 0.6
const FULL_SPEED_CHUNKS = 500

/**
 * Calibrates the client just before a run: the load engine sends the arrivals of the run to an exact loopback server on
 * this machine. The error of its reported times there and the tokens per second that it can read (its ceiling) go into
 * the record. Takes as long as a trial, ten seconds at most. Throws `environment` when the client cannot be calibrated.
 */
export async function calibrateClient(plan: CalibrationPlan): Promise<NonNullable<RunRecord['certificate']>> {
  const folder = await mkdtemp(join(tmpdir(), 'joulemark-calibration-'))
  try {
    const { rows, end, truth } = await paced(plan, join(folder, 'paced'))
    const errors = compareRows({ rows, gaps: end.gaps }, truth, plan.outputTokens)
    if (errors === null) throw new Error('no stream of the loopback server was read')
    return {
      streams: plan.connections,
      tokensPerSPerStream: RATE_PER_S,
      ...errors,
      arrivals: plan.load.kind,
      seconds: plan.seconds,
      cpuShareOfCore: Math.max(...end.stats.map(({ cpuMs, wallMs }) => cpuMs / wallMs)),
      highestTokensPerS: await highestRate(plan.connections, join(folder, 'full')),
    }
  } catch (error) {
    throw new JoulemarkError('environment', `client calibration failed: ${messageOf(error)}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Paced {
  readonly rows: readonly RequestRow[]
  readonly end: PhaseEnd
  readonly truth: Float64Array
}

/** The load of the run against a server that paces its answers. */
async function paced(plan: CalibrationPlan, stampsFile: string): Promise<Paced> {
  const { load, client, connections, workers, promptTokens, outputTokens, rampMs, seconds } = plan
  const pace = { ttftMs: TTFT_MS, ratePerS: RATE_PER_S, chunks: outputTokens }
  const server = await startLoopback({ ...pace, stampsFile, numbered: true, asRequested: load.kind === 'trace' })
  const originMs = systemClock.nowMs()
  const rows: RequestRow[] = []
  try {
    const driver = await startLoad(
      {
        address: parseAddress(server.url),
        apiKey: null,
        client,
        body: { api: 'completions', model: 'mock', vocab: 128_256, seed: 1, salt: 0, sharedTokens: 0 },
        lengths: { prompt: promptTokens, output: outputTokens },
        load,
        connections,
        workers,
        requestTimeoutMs: 120_000,
        originMs,
      },
      { onRows: (batch) => rows.push(...batch), onProgress: () => {} },
    )
    try {
      const phase = (trial: number, lengthMs: number) => {
        const startMs = systemClock.nowMs() - originMs
        return driver.runPhase({
          trial,
          startMs,
          sendUntilMs: startMs + lengthMs,
          rampMs: Math.min(rampMs, lengthMs / 2),
        })
      }
      await phase(-1, WARM_UP_MS)
      const end = await phase(0, seconds * 1000)
      return { rows, end, truth: await server.finish() }
    } finally {
      await driver.close()
    }
  } finally {
    server.kill()
  }
}

/** Tokens per second that one worker reads from a server that sends as fast as it can. */
async function highestRate(streams: number, stampsFile: string): Promise<number> {
  const server = await startLoopback({ ttftMs: 0, ratePerS: 0, chunks: FULL_SPEED_CHUNKS, stampsFile })
  try {
    const workerData: LoopbackScenario = {
      url: server.url,
      streams: Math.min(streams, FULL_SPEED_STREAMS),
      promptTokens: 64,
      spreadMs: 0,
      chunks: FULL_SPEED_CHUNKS,
      requestsPerStream: 0,
      seconds: FULL_SPEED_SECONDS,
    }
    const module = new URL('./loopback/calibrate-worker.ts', import.meta.url)
    const worker = startTimingWorker(module, workerData.streams, workerData)
    const cost = await new Promise<ClientCost>((resolve, reject) => {
      worker.once('message', (message: ClientCost | { error: string }) =>
        'error' in message ? reject(new Error(message.error)) : resolve(message),
      )
      worker.once('error', reject)
    })
    return cost.chunks / (cost.wallMs / 1000)
  } finally {
    server.kill()
  }
}
