import type { Clock } from './clock.ts'
import { type LoadDriver, type LoadListener, type PhaseEnd, startLoad } from './load/driver.ts'
import type { Phase } from './load/protocol.ts'
import { trialFigures } from './metrics/trial.ts'
import type { Prepared } from './prepare.ts'
import type { Progress } from './progress.ts'
import type { Collector } from './record/collector.ts'
import type { Trial } from './record/schema.ts'
import type { RunOptions } from './run-options.ts'
import { connectionsOf } from './scenario/load-shape.ts'

/** What measuring shares between its steps. */
export interface Bench {
  readonly prepared: Prepared
  readonly options: RunOptions
  readonly collector: Collector
  readonly originMs: number
  readonly load: LoadDriver
  readonly meter: LiveMeter
}

/** Warm-up requests have ids of their own, so that no measured prompt has been seen before. */
const WARM_UP = -1
const TICK_MS = 250

/** Opens the load engine; its rows go to the collector, its events to the live display. */
export async function openBench(
  prepared: Prepared,
  options: RunOptions,
  collector: Collector,
  originMs: number,
): Promise<Bench> {
  const meter = new LiveMeter()
  const listener: LoadListener = {
    onRows: (rows, bins) => collector.addRequests(rows, bins),
    onProgress: (inFlight, events) => meter.add(inFlight, events),
  }
  const { scenario, address, body } = prepared
  const load = await startLoad(
    {
      address,
      body,
      originMs,
      apiKey: options.apiKey,
      client: scenario.client,
      promptTokens: scenario.prompt.tokens,
      outputTokens: scenario.output.tokens,
      load: prepared.loadPlan,
      connections: connectionsOf(scenario.load),
      workers: options.workers,
      requestTimeoutMs: scenario.trial.requestTimeoutSeconds * 1000,
    },
    listener,
  )
  return { prepared, options, collector, originMs, load, meter }
}

/** Load of the measured shape that no figure sees: kernels are compiled, clocks and caches come to their working state. */
export async function warmUp(bench: Bench): Promise<PhaseEnd | null> {
  const seconds = bench.prepared.scenario.trial.warmupSeconds
  if (seconds <= 0 || bench.options.drain.aborted) return null
  return (await runPhase(bench, WARM_UP, seconds, 'warm-up')).end
}

export interface TrialEnd {
  readonly figures: Trial
  readonly simulated: boolean
  readonly fingerprint: string | null
}

/** One trial: quiet, load until its time is up, drain, quiet again (the sensor lags), then its figures. */
export async function runTrial(bench: Bench, index: number): Promise<TrialEnd> {
  const { prepared, options, collector } = bench
  const { trial } = prepared.scenario
  const quietMs = trial.quietSeconds * 1000
  await pause(options.clock, quietMs, options.drain)
  const { phase, end } = await runPhase(bench, index, trial.seconds, `trial ${index + 1}`)
  const endMs = runTime(bench)
  await pause(options.clock, quietMs, options.abort)
  const collected = collector.endTrial(index, endMs, end.gaps)
  const servingUuids = prepared.gpus.filter((gpu) => gpu.serving).map((gpu) => gpu.uuid)
  const figures = trialFigures(prepared.scenario, {
    index,
    startMs: phase.startMs,
    sendUntilMs: phase.sendUntilMs,
    endMs,
    ...collected,
    servingUuids,
    gpuReason: prepared.telemetry.reason,
    client: clientOf(end),
  })
  return { figures, simulated: end.simulated, fingerprint: end.fingerprint }
}

async function runPhase(
  bench: Bench,
  trial: number,
  seconds: number,
  label: string,
): Promise<{ phase: Phase; end: PhaseEnd }> {
  const { clock, progress } = bench.options
  const startMs = runTime(bench)
  const { load } = bench.prepared.scenario
  const rampMs = load.shape === 'closed' ? Math.min(load.rampSeconds * 1000, (seconds * 1000) / 2) : 0
  const phase: Phase = { trial, startMs, sendUntilMs: startMs + seconds * 1000, rampMs }
  const done = bench.load.runPhase(phase)
  const ticking = keepTicking(bench, progress, clock, label, startMs, seconds * 1000)
  try {
    return { phase, end: await done }
  } finally {
    ticking.abort()
  }
}

function keepTicking(
  bench: Bench,
  progress: Progress,
  clock: Clock,
  label: string,
  startMs: number,
  totalMs: number,
): AbortController {
  const stop = new AbortController()
  const timer = setInterval(() => {
    const sample = bench.collector.lastSample
    const elapsedMs = runTime(bench) - startMs
    progress.tick({
      label,
      elapsedMs,
      totalMs,
      ...bench.meter.read(clock.nowMs()),
      powerW: sample?.powerW ?? null,
      memoryMiB: sample?.memoryUsedMiB ?? null,
    })
  }, TICK_MS)
  stop.signal.addEventListener('abort', () => clearInterval(timer))
  return stop
}

/** Cores and delays of the worst worker, sums of the rest. */
function clientOf(end: PhaseEnd): Trial['client'] {
  const delays = end.stats.map((stats) => stats.eventLoopDelayP99Ms).filter((value) => value !== null)
  const events = end.stats.reduce((sum, stats) => sum + stats.contentEvents, 0)
  return {
    eventLoopDelayP99Ms: delays.length > 0 ? Math.max(...delays) : null,
    cpuShareOfCore: end.stats.length > 0 ? Math.max(...end.stats.map((stats) => stats.cpuMs / stats.wallMs)) : null,
    lateSends: end.stats.reduce((sum, stats) => sum + stats.lateSends, 0),
    dropped: end.stats.reduce((sum, stats) => sum + stats.dropped, 0),
    sharedStampShare: events > 0 ? end.stats.reduce((sum, stats) => sum + stats.sharedStamps, 0) / events : null,
  }
}

const runTime = (bench: Bench): number => bench.options.clock.nowMs() - bench.originMs

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  try {
    await clock.sleep(ms, signal)
  } catch {
    // an interrupt ends the quiet early; the run goes on to write what it has
  }
}

/** Turns the workers' reports into a rate for the live display. */
class LiveMeter {
  #inFlight = 0
  #events = 0
  #sinceMs: number | null = null

  add(inFlight: number, events: number): void {
    this.#inFlight = inFlight
    this.#events += events
  }

  read(nowMs: number): { inFlight: number; eventsPerS: number } {
    const seconds = this.#sinceMs === null ? 0 : (nowMs - this.#sinceMs) / 1000
    const eventsPerS = seconds > 0 ? this.#events / seconds : 0
    this.#events = 0
    this.#sinceMs = nowMs
    return { inFlight: this.#inFlight, eventsPerS }
  }
}
