import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { RequestRow } from '../record/rows.ts'
import { runClosedLoop } from './closed-loop.ts'
import type { ClientStats, FromWorker, Phase, ToWorker, WorkerPlan } from './protocol.ts'
import { toRequestRow } from './request-row.ts'
import { makeStreams, openAll, type Stream, sendOn } from './streams.ts'
import { addTokens } from './token-bins.ts'

/**
 * A load worker: the thread in which tokens are timed. It draws nothing, writes nothing and samples nothing;
 * what it has seen goes to the main thread in batches.
 */

const REPORT_EVERY_MS = 100
/** How late a request may go after its slot became free before it is counted as sent late. */
const LATE_MS = 10
const LOOP_DELAY_RESOLUTION_MS = 10

const port = parentPort
if (!port) throw new Error('worker.ts runs as a worker thread')
const plan = workerData as WorkerPlan
const post = (message: FromWorker) => port.postMessage(message)
const now = systemClock.nowMs

const { streams, head } = makeStreams(plan, now)
const aborted = new AbortController()
let stopSending = new AbortController()
let rows: RequestRow[] = []
let bins = new Map<number, number>()
let inFlight = 0
let counted = { lateSends: 0, contentEvents: 0, sharedStamps: 0, events: 0 }
let simulated = false
let fingerprint: string | null = null

function report(): void {
  if (rows.length === 0 && bins.size === 0 && counted.events === 0 && inFlight === 0) return
  post({ kind: 'progress', rows, bins: [...bins], inFlight, events: counted.events })
  rows = []
  bins = new Map()
  counted.events = 0
}

async function sendOne(phase: Phase, stream: Stream, id: number, scheduledMs: number): Promise<void> {
  inFlight += 1
  const options = { now, timeoutMs: plan.requestTimeoutMs, signal: aborted.signal }
  const result = await sendOn(stream, head, phase.trial, id, options)
  inFlight -= 1
  const { facts } = result
  simulated ||= result.simulated
  fingerprint ??= facts.systemFingerprint
  if (result.dispatchedMs - scheduledMs > LATE_MS) counted.lateSends += 1
  counted.contentEvents += facts.chunks
  counted.events += facts.chunks
  counted.sharedStamps += facts.sharedStamps
  if (phase.trial < 0) {
    if (result.outcome !== 'ok') await systemClock.sleep(50)
    return
  }
  rows.push(
    toRequestRow(
      { trial: phase.trial, id, worker: plan.worker, scheduledMs, originMs: plan.originMs },
      result,
      plan.apiKey,
    ),
  )
  if (result.outcome === 'ok') addTokens(bins, facts.times, facts.chunks, facts.outputTokens ?? 0, plan.originMs)
  // a server that refuses at once must not be hammered at the speed of the loop
  else await systemClock.sleep(50)
}

async function runPhase(phase: Phase): Promise<void> {
  stopSending = new AbortController()
  if (aborted.signal.aborted) stopSending.abort()
  counted = { lateSends: 0, contentEvents: 0, sharedStamps: 0, events: 0 }
  let sent = plan.worker
  const nextId = () => {
    const id = sent
    sent += plan.workers
    return phase.maxRequests !== null && id >= phase.maxRequests ? null : id
  }
  const loop = monitorEventLoopDelay({ resolution: LOOP_DELAY_RESOLUTION_MS })
  const cpuBefore = process.threadCpuUsage()
  const startedMs = now()
  loop.enable()
  await runClosedLoop(phase, plan.originMs, {
    clock: systemClock,
    streams,
    nextId,
    send: (stream, id, scheduledMs) => sendOne(phase, stream, id, scheduledMs),
    stopSending: stopSending.signal,
  })
  loop.disable()
  const cpu = process.threadCpuUsage(cpuBefore)
  report()
  const delayMs = loop.count > 0 ? loop.percentile(99) / 1e6 - LOOP_DELAY_RESOLUTION_MS : null
  const stats: ClientStats = {
    eventLoopDelayP99Ms: delayMs === null ? null : Math.max(0, delayMs),
    cpuMs: (cpu.user + cpu.system) / 1000,
    wallMs: now() - startedMs,
    lateSends: counted.lateSends,
    contentEvents: counted.contentEvents,
    sharedStamps: counted.sharedStamps,
  }
  post({ kind: 'phase-done', stats, simulated, fingerprint })
}

const reporter = setInterval(report, REPORT_EVERY_MS)

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'open':
      openAll(streams).then(
        () => post({ kind: 'opened' }),
        (error: unknown) => post({ kind: 'open-failed', message: messageOf(error) }),
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
      for (const stream of streams) stream.connection.close()
      port.close()
  }
})
