import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { JoulemarkError, messageOf } from '../errors.ts'
import type { RunRecord } from '../record/schema/run.ts'
import type { ClientCost, LoopbackScenario } from './loopback/loopback-scenario.ts'
import { compareStamps } from './loopback/stamp-errors.ts'
import { startLoopback } from './loopback/start-server.ts'
import { WORKER_MEMORY } from './worker-memory.ts'

/** Rate and length of the paced part: each stream receives a token every 25 ms, a plausible rate for vLLM. */
const RATE_PER_S = 40
const CHUNKS = 40
const TTFT_MS = 50
const FULL_SPEED_STREAMS = 64

/**
 * Calibrates the client just before a run: sends the load shape of the run to an exact loopback server on this machine.
 * The client's timing error there (its floor) and the tokens per second that it can read (its ceiling) go into the
 * record. Takes about three seconds. One worker reads all streams, so several workers do no worse.
 */
export async function calibrateClient(
  streams: number,
  promptTokens: number,
): Promise<NonNullable<RunRecord['certificate']>> {
  const folder = await mkdtemp(join(tmpdir(), 'joulemark-calibration-'))
  try {
    const shape = { streams, promptTokens, spreadMs: 400, chunks: CHUNKS, requestsPerStream: 1, seconds: 0 }
    const paced = await observe(shape, {
      ttftMs: TTFT_MS,
      ratePerS: RATE_PER_S,
      chunks: CHUNKS,
      stampsFile: join(folder, 'paced'),
    })
    const fast = {
      streams: Math.min(streams, FULL_SPEED_STREAMS),
      promptTokens: 64,
      spreadMs: 0,
      chunks: 500,
      requestsPerStream: 0,
      seconds: 0.6,
    }
    const full = await observe(fast, { ttftMs: 0, ratePerS: 0, chunks: 500, stampsFile: join(folder, 'full') })
    const errors = compareStamps(paced.stamps, paced.truth, CHUNKS)
    // no event was stamped by the client: an error that is not a number must not reach the record
    if (Number.isNaN(errors.ttftMs.p50 + errors.gapMs.p50)) throw new Error('no stream of the loopback server was read')
    return {
      streams,
      tokensPerSPerStream: RATE_PER_S,
      ttftErrorMs: errors.ttftMs,
      gapErrorMs: errors.gapMs,
      cpuShareOfCore: paced.cost.cpuMs / paced.cost.wallMs,
      highestTokensPerS: full.cost.chunks / (full.cost.wallMs / 1000),
    }
  } catch (error) {
    throw new JoulemarkError('environment', `client calibration failed: ${messageOf(error)}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Observed = { readonly stamps: Float64Array; readonly cost: ClientCost }

async function observe(
  shape: Omit<LoopbackScenario, 'url'>,
  options: Parameters<typeof startLoopback>[0],
): Promise<Observed & { readonly truth: Float64Array }> {
  const server = await startLoopback(options)
  try {
    const workerData: LoopbackScenario = { ...shape, url: server.url }
    const worker = new Worker(new URL('./loopback/calibrate-worker.ts', import.meta.url), {
      workerData,
      resourceLimits: WORKER_MEMORY,
    })
    const observed = await new Promise<Observed>((resolve, reject) => {
      worker.once('message', (message: Observed | { error: string }) =>
        'error' in message ? reject(new Error(message.error)) : resolve(message),
      )
      worker.once('error', reject)
    })
    return { ...observed, truth: await server.finish() }
  } finally {
    server.kill()
  }
}
