import type { Clock } from '../clock.ts'
import { JoulemarkError } from '../errors.ts'
import { requireConnections } from '../load/client-limits.ts'
import { WAVE } from '../load/protocol.ts'
import type { RequestRow } from '../record/rows.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import { connectionsOf } from '../scenario/load-shape.ts'
import { resolveScenario } from '../scenario/resolve.ts'
import { prepareWorkload } from './prepare-workload.ts'
import type { WorkContext, WorkListener } from './workload.ts'

const ROUNDS = 2

/** The server of a wave, and the threads that load it. */
export type WaveOptions = Pick<WorkContext, 'apiKey' | 'servedAs' | 'note' | 'signal'> & {
  readonly endpoint: string
  readonly clock: Clock
  readonly workers: number
}

/**
 * Mean time of a request under the closed loop of a scenario, in ms from its first byte to its end: of the second of two
 * rounds of requests, one per stream, because the first finds a server that may still compile. Nothing is recorded. Throws `bad-input` or `environment` where the server refuses or fails them.
 */
export async function waveMs(file: PlainScenarioFile, options: WaveOptions): Promise<number> {
  const scenario = resolveScenario(file, [])
  if (scenario.kind !== 'text') throw new TypeError('a wave is of text requests')
  const connections = connectionsOf(scenario.load)
  requireConnections({ connections, workers: options.workers })
  const { clock, workers, endpoint } = options
  const workload = await prepareWorkload(scenario, {
    ...options,
    card: null,
    gpus: 1,
    gpuUuids: [],
    nowMs: clock.nowMs(),
    onDiscovered: async () => {},
  })
  const rows: RequestRow[] = []
  const originMs = clock.nowMs()
  let stopSending = nothing
  const load = await workload.start(
    { originMs, clock, workers },
    listenerOf((ended) => {
      rows.push(...ended)
      if (rows.length >= ROUNDS * connections) stopSending()
    }),
  )
  // by their number and not by a time, which a busy machine could let pass before a stream has sent anything
  stopSending = () => load.stopSending()
  try {
    const startMs = clock.nowMs() - originMs
    await load.runPhase({ trial: WAVE, startMs, sendUntilMs: Number.MAX_SAFE_INTEGER, rampMs: 0 })
  } finally {
    await load.close()
  }
  const times = rows
    .slice(-connections)
    .flatMap(({ outcome, dispatchedMs, endMs }) =>
      outcome === 'ok' && dispatchedMs !== null ? [endMs - dispatchedMs] : [],
    )
  if (times.length === 0) {
    const last = rows.at(-1)
    const why = last?.error || last?.outcome || 'none was sent'
    throw new JoulemarkError('environment', `endpoint ${endpoint}: no request of ${connections} succeeded: ${why}`)
  }
  return times.reduce((sum, each) => sum + each, 0) / times.length
}

const nothing = () => {}
const listenerOf = (onEnded: (rows: readonly RequestRow[]) => void): WorkListener => ({
  onRows: nothing,
  onWarmUpRows: onEnded,
  onProgress: nothing,
  onSteps: nothing,
  onOutOfMemory: nothing,
  onConfig: nothing,
})
