import { sleepUnlessAborted } from '../clock.ts'
import { ServerScraper, type TrialReadings } from '../endpoint/scraper.ts'
import { outsideCoolDowns } from '../energy/cool-down-samples.ts'
import type { LoadDriver, PhaseEnd } from '../load/driver.ts'
import type { Phase } from '../load/protocol.ts'
import { clientTokensOf } from '../metrics/client-tokens.ts'
import { figuresOf } from '../metrics/figures.ts'
import { serverTrialOf } from '../metrics/server-trial.ts'
import { servingUuids } from '../physics/serving-gpus.ts'
import type { Collector } from '../record/collector.ts'
import type { TrainingJob } from '../record/schema/run.ts'
import type { CoolDown } from '../record/schema/telemetry.ts'
import type { Trial } from '../record/schema/trial.ts'
import { saysOutOfMemory } from '../workloads/out-of-memory.ts'
import type { WorkListener } from '../workloads/workload.ts'
import { clientFigures } from './client-figures.ts'
import { coolDown, type HeatSight, heatOf } from './cool-down.ts'
import { LiveMeter } from './live-meter.ts'
import type { Prepared } from './prepare.ts'
import type { Tick } from './progress.ts'
import type { RunOptions } from './run-options.ts'

/** What measuring shares between its steps. */
export interface Bench {
  readonly prepared: Prepared
  readonly options: RunOptions
  readonly collector: Collector
  readonly originMs: number
  readonly load: LoadDriver
  readonly meter: LiveMeter
  /** Null where there is no server to ask. */
  readonly scraper: ServerScraper | null
  /** What the workload said meanwhile. */
  readonly heard: Heard
  /** The cards as the first trial found them, and the waits until they were like that again. */
  readonly heat: { start: HeatSight; readonly coolDowns: CoolDown[] }
}

interface Heard {
  /** The first words that said that memory ran out. */
  oom: string | null
  config: TrainingJob['config'] | null
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
  const heard: Heard = { oom: null, config: null }
  const listener: WorkListener = {
    onRows: (rows, bins) => {
      collector.addRequests(rows, bins)
      heard.oom ??= rows.find((row) => row.error !== '' && saysOutOfMemory(row.error))?.error ?? null
    },
    onProgress: (inFlight, events) => meter.add(inFlight, events),
    onSteps: (rows) => collector.addSteps(rows),
    onOutOfMemory: (evidence) => {
      heard.oom ??= evidence
    },
    onConfig: (config) => {
      heard.config = config
    },
  }
  const { apiKey, clock, workers } = options
  const load = await prepared.workload.start({ originMs, clock, workers }, listener)
  const { address } = prepared.workload
  const onRows: ConstructorParameters<typeof ServerScraper>[0]['onRows'] = (rows) => collector.addServerRows(rows)
  const scraper = address ? new ServerScraper({ address, apiKey, clock, originMs, onRows }) : null
  const heat = { start: { reason: 'nothing was read' }, coolDowns: [] }
  return { prepared, options, collector, originMs, load, meter, scraper, heard, heat }
}

/** Rest with the server up and nothing asked, so that its active idle can be worked out; null where none is wanted. */
export async function restIdle(bench: Bench): Promise<{ startMs: number; endMs: number } | null> {
  const { scenario } = bench.prepared
  const seconds = scenario.kind === 'training' ? 0 : (scenario.trial.idleSeconds ?? 0)
  if (seconds <= 0) return null
  const startMs = runTime(bench)
  await sleepUnlessAborted(bench.options.clock, seconds * 1000, bench.options.drain)
  return { startMs, endMs: runTime(bench) }
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

/** The wait before a trial that its scenario asks for: nothing is sent. Null where none is wanted. */
export async function coolBefore(bench: Bench, index: number): Promise<CoolDown | null> {
  const { prepared, options } = bench
  const rule = prepared.scenario.trial.coolDown
  if (rule === undefined || index === 0) return null
  const wait = await coolDown({
    rule,
    beforeTrial: index,
    start: bench.heat.start,
    look: () => heatNow(bench),
    nowMs: () => runTime(bench),
    clock: options.clock,
    signal: options.drain,
    onWarm: (elapsedMs, aboveC) =>
      options.progress.tick({
        ...tickOf(bench, 'cool-down', elapsedMs, rule.timeoutSeconds * 1000),
        waitingFor: `cooling, no load: ${aboveC.toFixed(0)} °C above the first trial, ${rule.toWithinC} °C wanted`,
      }),
  })
  bench.heat.coolDowns.push(wait)
  return wait
}

const heatNow = (bench: Bench): HeatSight =>
  heatOf(bench.collector.newestSamples, servingUuids(bench.prepared.gpus), runTime(bench))

/** One trial: quiet, load until its time is up, drain, quiet again (the sensor lags), then its figures. */
export async function runTrial(bench: Bench, index: number): Promise<TrialEnd> {
  const { prepared, options, collector } = bench
  const { trial } = prepared.scenario
  const quietMs = trial.quietSeconds * 1000
  // an interrupt ends the quiet early; the run goes on to write what it has
  await sleepUnlessAborted(options.clock, quietMs, options.drain)
  if (index === 0) bench.heat.start = heatNow(bench)
  const { phase, end, endMs, scrapes } = await scraped(bench, index, async () => {
    const phaseEnd = await runPhase(bench, index, trial.seconds, `trial ${index + 1}`)
    const ended = { ...phaseEnd, endMs: runTime(bench) }
    await sleepUnlessAborted(options.clock, quietMs, options.abort)
    return ended
  })
  const collected = collector.endTrial(index, endMs, end.gaps)
  const figures = figuresOf(prepared.scenario, {
    index,
    startMs: phase.startMs,
    sendUntilMs: phase.sendUntilMs,
    endMs,
    ...collected,
    gpuRows: outsideCoolDowns(collected.gpuRows, bench.heat.coolDowns),
    servingUuids: servingUuids(bench.prepared.gpus),
    gpuReason: prepared.telemetry.reason,
    client: clientFigures(end.stats),
  })
  const isText = prepared.scenario.kind === 'text'
  const counts = {
    ...(isText ? { clientTokens: clientTokensOf(collected.requests, collected.tokens) } : {}),
    ...(isText && scrapes ? { server: serverTrialOf(scrapes) } : {}),
  }
  return { figures: { ...figures, ...counts }, simulated: end.simulated, fingerprint: end.fingerprint }
}

/** The server's counters from before to after some work: both readings lie in the quiet around it. */
async function scraped<Done extends object>(
  bench: Bench,
  index: number,
  work: () => Promise<Done>,
): Promise<Done & { scrapes: TrialReadings | null }> {
  const watch = await bench.scraper?.watch(index)
  try {
    const done = await work()
    return { ...done, scrapes: (await watch?.end()) ?? null }
  } catch (error) {
    await watch?.end()
    throw error
  }
}

async function runPhase(
  bench: Bench,
  trial: number,
  seconds: number,
  label: string,
): Promise<{ phase: Phase; end: PhaseEnd }> {
  const startMs = runTime(bench)
  const { load } = bench.prepared.scenario
  const rampMs = load.shape === 'closed' ? Math.min(load.rampSeconds * 1000, (seconds * 1000) / 2) : 0
  const phase: Phase = { trial, startMs, sendUntilMs: startMs + seconds * 1000, rampMs }
  const done = bench.load.runPhase(phase)
  const ticking = keepTicking(bench, label, startMs, seconds * 1000)
  try {
    return { phase, end: await done }
  } finally {
    ticking.abort()
  }
}

function keepTicking(bench: Bench, label: string, startMs: number, totalMs: number): AbortController {
  const stop = new AbortController()
  const tick = () => bench.options.progress.tick(tickOf(bench, label, runTime(bench) - startMs, totalMs))
  const timer = setInterval(tick, TICK_MS)
  stop.signal.addEventListener('abort', () => clearInterval(timer))
  return stop
}

function tickOf({ collector, meter, options }: Bench, label: string, elapsedMs: number, totalMs: number): Tick {
  const sample = collector.lastSample
  return {
    label,
    elapsedMs,
    totalMs,
    ...meter.read(options.clock.nowMs()),
    powerW: sample?.powerW ?? null,
    memoryMiB: sample?.memoryUsedMiB ?? null,
  }
}

const runTime = (bench: Bench): number => bench.options.clock.nowMs() - bench.originMs
