import type { Agent } from 'node:http'
import type { Address } from '../endpoint/address.ts'
import { emptyFacts } from '../endpoint/wire/stream-facts.ts'
import { runClosedLoop } from '../load/closed-loop.ts'
import type { LoadDriver, PhaseEnd } from '../load/driver.ts'
import { runOpenLoop } from '../load/open-loop.ts'
import type { Phase } from '../load/protocol.ts'
import { toRequestRow } from '../load/request-row.ts'
import { arrivalTimes } from '../plan/arrivals.ts'
import { mixSeed, seededRandom } from '../plan/random.ts'
import { emptyGaps } from '../record/gap-buckets.ts'
import type { RequestRow } from '../record/rows.ts'
import type { ImageScenario } from '../scenario/schema.ts'
import { faultOfAnswer, imagePayload } from './image-answer.ts'
import { exchangeImage, type ImageExchange } from './image-request.ts'
import { watchSelf } from './self-watch.ts'
import type { StartOptions, WorkListener } from './workload.ts'

export interface ImagePlan {
  readonly scenario: ImageScenario
  readonly model: string
  readonly address: Address
  readonly apiKey: string | null
  readonly agent: Agent
  readonly connections: number
  readonly startOptions: StartOptions
}

/** A request that is sent later than this after it was due counts as sent late. */
const LATE_MS = 10
/** Pause after a failed request: a server that refuses immediately would else receive thousands of requests. */
const PAUSE_AFTER_FAILURE_MS = 200
/** The warm-up and each trial use separate seeds, so that no image is requested twice. */
const SEEDS_PER_PHASE = 100_000

/**
 * Drives requests for images. An image takes seconds, so one thread times them all. Images are decoded and
 * checked after their time was taken, while the next request is in flight.
 */
export function startImages(plan: ImagePlan, listener: WorkListener): LoadDriver {
  const { scenario, startOptions } = plan
  const { clock, originMs } = startOptions
  let stopSending = new AbortController()
  const aborted = new AbortController()
  const counts = { inFlight: 0, late: 0, dropped: 0, noSocket: 0, replaced: 0, simulated: false }
  const slots = Array.from({ length: plan.connections }, (_, slot) => slot)

  async function send(phase: Phase, id: number, scheduledMs: number, checks: Promise<void>[]): Promise<void> {
    const seed = scenario.seed + (phase.trial + 1) * SEEDS_PER_PHASE + id
    counts.inFlight += 1
    listener.onProgress(counts.inFlight, 0)
    const timeoutMs = scenario.trial.requestTimeoutSeconds * 1000
    const { address, apiKey, agent, model } = plan
    const options = { address, apiKey, agent, now: () => clock.nowMs(), timeoutMs, signal: aborted.signal }
    const payload = imagePayload(scenario, model, seed)
    let answer = await exchangeImage(payload, options)
    if (answer.isStale && !aborted.signal.aborted) {
      counts.replaced += 1
      answer = await exchangeImage(payload, options)
    }
    counts.inFlight -= 1
    counts.simulated ||= answer.simulated
    if (answer.dispatchedMs - scheduledMs > LATE_MS) counts.late += 1
    if (answer.noSocket) counts.noSocket += 1
    listener.onProgress(counts.inFlight, answer.body === null ? 0 : scenario.image.batch)
    checks.push(
      toRow(phase.trial, id, scheduledMs, answer).then((row) =>
        phase.trial >= 0 ? listener.onRows([row], []) : listener.onWarmUpRows?.([row]),
      ),
    )
    if (answer.body === null && !aborted.signal.aborted) await clock.sleep(PAUSE_AFTER_FAILURE_MS)
  }

  async function toRow(trial: number, id: number, scheduledMs: number, answer: ImageExchange): Promise<RequestRow> {
    const fault = answer.body === null ? null : await faultOfAnswer(answer.body, scenario)
    const outcome = fault === null ? answer.outcome : 'malformed'
    const identity = { trial, id, worker: 0, scheduledMs, originMs, plannedPromptTokens: 0, plannedOutputTokens: 0 }
    const result = { ...answer, outcome, error: fault ?? answer.error, facts: emptyFacts(new Float64Array(0)) } as const
    return toRequestRow(identity, result, plan.apiKey)
  }

  async function drive(phase: Phase, checks: Promise<void>[]): Promise<void> {
    const startMs = originMs + phase.startMs
    const untilMs = originMs + phase.sendUntilMs
    const { load } = scenario
    let ids = 0
    if (load.shape === 'closed') {
      const next = (_slot: number, _slotIndex: number, scheduledMs: number) => send(phase, ids++, scheduledMs, checks)
      const deps = { clock, slots, next, pauseMs: () => 0, stopSending: stopSending.signal }
      await runClosedLoop({ startMs, untilMs, rampMs: phase.rampMs }, deps)
      return
    }
    const times = arrivalTimes(load, seededRandom(mixSeed(scenario.seed, 0x696d6167, phase.trial)))
    await runOpenLoop(startMs, untilMs, {
      clock,
      free: [...slots],
      requests: scheduledAt(times),
      idOf: (index) => index,
      stopSending: stopSending.signal,
      send: (_slot, id, _request, scheduledMs) => send(phase, id, scheduledMs, checks),
      drop: () => {
        counts.dropped += 1
      },
    })
  }

  return {
    async runPhase(phase): Promise<PhaseEnd> {
      stopSending = new AbortController()
      if (aborted.signal.aborted) stopSending.abort()
      counts.late = 0
      counts.dropped = 0
      counts.noSocket = 0
      counts.replaced = 0
      const checks: Promise<void>[] = []
      const watched = watchSelf(clock)
      await drive(phase, checks)
      const { late: lateSends, dropped, noSocket, replaced } = counts
      const stats = watched({ lateSends, dropped, noSocket, replaced })
      await Promise.all(checks)
      return {
        stats: [stats],
        gaps: emptyGaps(),
        simulated: counts.simulated,
        fingerprint: null,
      }
    },
    stopSending: () => stopSending.abort(),
    abort: () => {
      stopSending.abort()
      aborted.abort()
    },
    close: async () => plan.agent.destroy(),
  }
}

function* scheduledAt(
  times: Iterable<number>,
): Generator<{ atMs: number; promptTokens: number; outputTokens: number }> {
  for (const atMs of times) yield { atMs, promptTokens: 0, outputTokens: 0 }
}
