import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../clock.ts'
import { connectMessage } from '../endpoint/access/own-machine.ts'
import type { TimedResult } from '../endpoint/timed-request.ts'
import { messageOf } from '../errors.ts'
import type { BodyRequest } from '../plan/body/body-plan.ts'
import { drawLengths } from '../plan/lengths.ts'
import { type ChosenPrompt, promptChooser, statedAnswerTokens } from '../plan/prompts/prompt-table.ts'
import { runClosedLoop } from './closed-loop.ts'
import { type ConnectionSlot, makeConnectionSlots, openAll } from './connection-slots.ts'
import { makeExchange } from './exchange/exchange.ts'
import { runOpenLoop } from './open-loop.ts'
import { prefixedBy, primingRequests } from './prefixed.ts'
import { type FromWorker, type Phase, PRIMING, type ToWorker, type WorkerPlan } from './protocol.ts'
import { runQueuedLoop } from './queued-loop.ts'
import type { SessionPlace } from './request-row.ts'
import { scheduledRequests } from './scheduled-requests.ts'
import { SessionStreams } from './session/streams.ts'
import { collectGarbage } from './worker-memory.ts'
import { threadCost, WorkerStats } from './worker-stats.ts'

/**
 * A load worker: the thread in which tokens are timed. It prints nothing, writes nothing and samples nothing;
 * its results go to the main thread in batches.
 */
const REPORT_EVERY_MS = 100
const LOOP_DELAY_RESOLUTION_MS = 10
/** Pause after a failed request: a server that refuses immediately would else receive thousands of requests per second. */
const PAUSE_AFTER_FAILURE_MS = 50

const port = parentPort
if (!port) throw new Error('worker.ts runs as a worker thread')
const plan = workerData as WorkerPlan
const post = (message: FromWorker) => port.postMessage(message)
const now = systemClock.nowMs

const slots = makeConnectionSlots(plan.address, plan.connections, now)
const exchange = await makeExchange(plan, now)
/** The body of prompts; null for texts. */
const promptBody = 'sharedTokens' in plan.body ? plan.body : null
/** Chooses the prompt of each request, where prompts are of a file. */
const chooser = promptBody?.prompts ? promptChooser(promptBody.prompts) : null
const workerStats = new WorkerStats()
const aborted = new AbortController()
let stopSending = new AbortController()

interface PlannedRequest {
  readonly id: number
  readonly topic: number
  readonly scheduledMs: number
  readonly promptTokens: number
  readonly outputTokens: number
  readonly sharedBlocks?: readonly number[]
  readonly prefix?: BodyRequest['prefix']
  readonly branch?: BodyRequest['branch']
  readonly session?: SessionPlace
  /** In place of the phase's own, where the prompts go on through several phases. */
  readonly promptPhase?: number
}

async function send(phase: Phase, slot: ConnectionSlot, request: PlannedRequest): Promise<void> {
  const { sharedBlocks, prefix, branch, promptTokens, topic } = request
  const chosen = chooser?.(phase.trial, request.id)
  const outputTokens = chosen ? answerTokensOf(chosen, request.outputTokens) : request.outputTokens
  const body: BodyRequest = {
    phase: request.promptPhase ?? phase.trial,
    topic,
    promptTokens,
    outputTokens,
    ...(sharedBlocks ? { sharedBlocks } : {}),
    ...(prefix ? { prefix } : {}),
    ...(chosen ? { chosen } : {}),
    ...(branch ? { branch } : {}),
  }
  const options = { now, timeoutMs: plan.requestTimeoutMs, signal: aborted.signal }
  workerStats.inFlight += 1
  const result: TimedResult = await exchange(slot, body, options)
  workerStats.inFlight -= 1
  const { trial } = phase
  const planned = { plannedPromptTokens: chosen ? null : promptTokens, plannedOutputTokens: outputTokens }
  workerStats.add(
    {
      trial,
      id: request.id,
      worker: plan.worker,
      scheduledMs: request.scheduledMs,
      originMs: plan.originMs,
      ...planned,
      ...(request.session ? { session: request.session } : {}),
    },
    result,
    plan.apiKey,
  )
  if (result.outcome !== 'ok') await systemClock.sleep(PAUSE_AFTER_FAILURE_MS)
}

/** The answer length of a prompt of a file: as the file states it, where the scenario asks for that. */
function answerTokensOf({ entry }: ChosenPrompt, plannedTokens: number): number {
  if (!plan.answersAsStated || !promptBody?.prompts) return plannedTokens
  return Math.min(
    plannedTokens,
    statedAnswerTokens(promptBody.prompts, entry, promptBody.tokensPerByte ?? null) ?? plannedTokens,
  )
}

/** The prefix of the next request, in a load with an asked hit rate. */
const prefixOf = plan.prefixes && promptBody ? prefixedBy(plan.prefixes, promptBody.api) : null

/** Ids of this worker: every `workers`-th number, so that no two workers share one. */
const idOf = (index: number): number => plan.worker + index * plan.workers

/** The streams of a load of sessions: they go on from phase to phase. */
const sessions =
  plan.load.kind === 'closed' && plan.load.session ? new SessionStreams(plan, plan.load.session, slots, idOf) : null

async function closedPhase(phase: Phase, startMs: number, untilMs: number): Promise<void> {
  let index = 0
  const lengthsOf = (index: number) => drawLengths(plan.lengths, { seed: plan.body.seed, phase: phase.trial, index })
  // the client of the openai package manages its own connections: a queue limits its requests, as in an application
  const runLoop = plan.client === 'sdk' ? runQueuedLoop : runClosedLoop
  const times = { startMs, untilMs, rampMs: phase.rampMs }
  const shared = { clock: systemClock, stopSending: stopSending.signal }
  if (sessions) {
    await runLoop(times, {
      ...shared,
      slots: sessions.streams,
      pauseMs: (stream) => sessions.pauseMs(stream),
      next: async (streamSlots, stream, scheduledMs) => {
        const requests = sessions.next(stream)
        await Promise.all(
          requests.map((request, branch) =>
            send(phase, streamSlots[branch] as ConnectionSlot, { id: idOf(index++), scheduledMs, ...request }),
          ),
        )
      },
    })
    return
  }
  await runLoop(times, {
    ...shared,
    slots,
    pauseMs: () => 0,
    next: (slot, _, scheduledMs) => {
      const id = idOf(index++)
      const lengths = lengthsOf(id)
      return send(phase, slot, { id, topic: id, scheduledMs, ...lengths, ...prefixOf?.(id, lengths.promptTokens) })
    },
  })
}

async function openPhase(phase: Phase, startMs: number, untilMs: number): Promise<void> {
  await runOpenLoop(startMs, untilMs, {
    clock: systemClock,
    free: [...slots],
    requests: scheduledRequests(plan, phase.trial),
    idOf,
    stopSending: stopSending.signal,
    send: (slot, id, request, scheduledMs) =>
      send(phase, slot, { id, topic: id, scheduledMs, ...request, ...prefixOf?.(id, request.promptTokens) }),
    drop: () => {
      workerStats.dropped += 1
    },
  })
}

/** Sends each prefix of this worker once, on all connections. */
async function primingPhase(phase: Phase): Promise<void> {
  const waiting = plan.prefixes ? primingRequests(plan.prefixes, plan) : []
  await Promise.all(
    slots.map(async (slot) => {
      for (let next = waiting.shift(); next && !stopSending.signal.aborted; next = waiting.shift()) {
        await send(phase, slot, { ...next, scheduledMs: now() })
      }
    }),
  )
}

async function runPhase(phase: Phase): Promise<void> {
  stopSending = new AbortController()
  if (aborted.signal.aborted) stopSending.abort()
  workerStats.begin()
  const startMs = plan.originMs + phase.startMs
  const untilMs = plan.originMs + phase.sendUntilMs
  const loop = monitorEventLoopDelay({ resolution: LOOP_DELAY_RESOLUTION_MS })
  const before = threadCost()
  const replacedBefore = replacedSoFar()
  loop.enable()
  if (phase.trial === PRIMING) await primingPhase(phase)
  else await (plan.load.kind === 'closed' ? closedPhase(phase, startMs, untilMs) : openPhase(phase, startMs, untilMs))
  loop.disable()
  const after = threadCost()
  report()
  const delayMs = loop.count > 0 ? Math.max(0, loop.percentile(99) / 1e6 - LOOP_DELAY_RESOLUTION_MS) : null
  const { lateSends, dropped, noSocket, contentEvents, sharedStamps, gaps, simulated, fingerprint } = workerStats
  const cost = { cpuMs: after.cpuMs - before.cpuMs, wallMs: after.wallMs - before.wallMs }
  const replaced = replacedSoFar() - replacedBefore
  const stats = {
    eventLoopDelayP99Ms: delayMs,
    ...cost,
    lateSends,
    dropped,
    noSocket,
    replaced,
    contentEvents,
    sharedStamps,
  }
  post({ kind: 'phase-done', stats, gaps, simulated, fingerprint })
  // now nothing is timed; the next phase starts with an empty heap
  collectGarbage()
}

/** Connections of this worker that the server had closed between two requests, since the start. */
const replacedSoFar = (): number => slots.reduce((sum, { connection }) => sum + connection.replaced, 0)

function report(): void {
  const message = workerStats.take()
  if (message) post(message)
}

const reporter = setInterval(report, REPORT_EVERY_MS)

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'open':
      openAll(slots).then(
        () => post({ kind: 'opened' }),
        (error: unknown) => post({ kind: 'open-failed', message: connectMessage(error) }),
      )
      return
    case 'phase':
      runPhase(message.phase).catch((error: unknown) => post({ kind: 'crashed', message: messageOf(error) }))
      return
    case 'stop-sending':
      stopSending.abort()
      return
    case 'abort':
      stopSending.abort()
      aborted.abort()
      return
    default:
      clearInterval(reporter)
      for (const slot of slots) slot.connection.close()
      port.close()
  }
})
