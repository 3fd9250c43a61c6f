import { sleepUnlessAborted } from '../clock.ts'
import type { TrialReadings } from '../endpoint/metrics/scraper.ts'
import { outsideCoolDowns } from '../energy/cool-down-samples.ts'
import { powerCeilings } from '../energy/plausible.ts'
import type { PhaseEnd } from '../load/driver.ts'
import type { Phase } from '../load/protocol.ts'
import { clientTokensOf, countingOf } from '../metrics/trial/client-tokens.ts'
import { serverTrialOf } from '../metrics/trial/server-trial.ts'
import { trialOf } from '../metrics/trial/trial.ts'
import { withoutUnsentPace } from '../metrics/trial/unsent-tokens.ts'
import { servingUuids } from '../physics/serving-gpus.ts'
import type { CoolDown } from '../record/schema/telemetry.ts'
import type { Trial } from '../record/schema/trial.ts'
import { clientTotals } from './client-totals.ts'
import { coolDown, type TemperatureReading, temperatureOf } from './cool-down.ts'
import { tellExpectation } from './expectation.ts'
import { cardsNow } from './live-meter.ts'
import type { Tick } from './progress.ts'
import type { TrialEnd } from './record/add-trial.ts'
import { requireSuccess, runTime, type Session } from './session.ts'

/** Trial number of the warm-up: its prompts differ from all measured prompts. */
const WARM_UP = -1
const TICK_MS = 250
const IDLE_WORDS = 'measuring the idle server, no load'

/** Keeps the server idle for as long as the scenario requires, to measure its active idle power. */
export async function restIdle(session: Session): Promise<void> {
  const { scenario } = session.prepared
  const seconds = scenario.kind === 'training' ? 0 : (scenario.trial.idleSeconds ?? 0)
  if (seconds <= 0) {
    session.journal.idle({ reason: 'the scenario sets no trial.idleSeconds' })
    return
  }
  const startMs = runTime(session)
  const ticking = keepTicking(session, { label: 'idle', waitingFor: IDLE_WORDS }, startMs, seconds * 1000)
  try {
    await sleepUnlessAborted(session.options.clock, seconds * 1000, session.options.drain)
  } finally {
    ticking.abort()
  }
  session.journal.idle({ startMs, endMs: runTime(session) })
}

/** Load of the measured shape that is not measured: kernels are compiled, clocks and caches reach their working state. */
export async function warmUp(session: Session): Promise<void> {
  const seconds = session.prepared.scenario.trial.warmupSeconds
  if (seconds <= 0 || session.options.drain.aborted) return
  await runPhase(session, WARM_UP, seconds, 'warm-up')
  session.fault.throwIfAny()
  requireSuccess(session)
  tellExpectation(
    session.prepared.workload,
    { requestMs: session.watch.typicalMs, basis: 'by the time of a request in the warm-up' },
    session.expectation,
    session.options.progress,
  )
}

/** The cool-down before a trial, without load. Null if the scenario requires none. */
export async function coolBefore(session: Session, index: number): Promise<CoolDown | null> {
  const { prepared, options } = session
  const rule = prepared.scenario.trial.coolDown
  if (rule === undefined || index === 0) return null
  const wait = await coolDown({
    rule,
    beforeTrial: index,
    start: session.cooling.start,
    read: () => temperatureNow(session),
    nowMs: () => runTime(session),
    clock: options.clock,
    signal: options.drain,
    onWarm: (elapsedMs, aboveC) =>
      options.progress.tick({
        ...tickOf(session, { label: 'cool-down' }, elapsedMs, rule.timeoutSeconds * 1000),
        waitingFor: `cooling, no load: ${aboveC.toFixed(0)} °C above the first trial, ${rule.toWithinC} °C required`,
      }),
  })
  session.cooling.waits.push(wait)
  return wait
}

const temperatureNow = (session: Session): TemperatureReading =>
  temperatureOf(session.collector.newestSamples, servingUuids(session.prepared.gpus), runTime(session))

/**
 * One trial: idle padding, load for its time, drain, idle padding again (the sensor lags), then its values; and for how long
 * it ran where an interrupt or the end of the time cut it, null where it is whole.
 */
export async function runTrial(
  session: Session,
  index: number,
): Promise<TrialEnd & { readonly cutAfterMs: number | null }> {
  const { prepared, options, collector } = session
  const { trial } = prepared.scenario
  const quietMs = trial.quietSeconds * 1000
  // an interrupt ends the padding early; the run continues and writes its data
  await sleepUnlessAborted(options.clock, quietMs, options.drain)
  if (index === 0) session.cooling.start = temperatureNow(session)
  const { phase, end, endMs, cutAfterMs, scrapes } = await scraped(session, index, async () => {
    const stopped = watchStop(session)
    const phaseEnd = await runPhase(session, index, trial.seconds, `trial ${index + 1}`)
    const ended = { ...phaseEnd, endMs: runTime(session), cutAfterMs: cutOf(session, phaseEnd.phase, stopped()) }
    await sleepUnlessAborted(options.clock, quietMs, options.abort)
    return ended
  })
  session.fault.throwIfAny()
  const collected = collector.endTrial(index, endMs, end.gaps)
  const trialValues = trialOf(prepared.scenario, {
    index,
    startMs: phase.startMs,
    sendUntilMs: phase.sendUntilMs,
    endMs,
    ...collected,
    gpuRows: outsideCoolDowns(collected.gpuRows, session.cooling.waits),
    servingUuids: servingUuids(session.prepared.gpus),
    ceilings: powerCeilings(session.prepared.gpus),
    gpuReason: prepared.telemetry.reason,
    client: clientTotals(end.stats),
  })
  const { scenario } = prepared
  const isText = scenario.kind === 'text'
  const counts = {
    ...(isText ? { clientTokens: clientTokensOf(collected.requests, collected.tokens, countingOf(scenario)) } : {}),
    ...(isText && scrapes ? { server: serverTrialOf(scrapes, prepared.endpoint.engine) } : {}),
  }
  const counted: Trial = { ...trialValues, ...counts, gpuRows: collector.samplesAtTrialEnd }
  return {
    trial: counted.kind === 'text' && isText ? withoutUnsentPace(counted, scenario.slo) : counted,
    simulated: end.simulated,
    fingerprint: end.fingerprint,
    config: session.events.config,
    cutAfterMs,
  }
}

/** When the run was told to stop while a phase runs, on its clock; null where it was not. Ends the watch. */
function watchStop(session: Session): () => number | null {
  const { drain } = session.options
  let stoppedMs: number | null = drain.aborted ? runTime(session) : null
  const note = () => {
    stoppedMs = runTime(session)
  }
  drain.addEventListener('abort', note)
  return () => {
    drain.removeEventListener('abort', note)
    return stoppedMs
  }
}

/**
 * For how long a phase ran where it was cut; null where it is whole: its load was sent for all of its time. The command of a
 * training has its own time, and a second interrupt cuts what is in flight. A load without hope ends the run as failed, and its
 * requests are the evidence.
 */
function cutOf({ prepared, options, hopeless }: Session, phase: Phase, stoppedMs: number | null): number | null {
  if (stoppedMs === null || hopeless.aborted) return null
  const isWhole = prepared.scenario.kind !== 'training' && stoppedMs >= phase.sendUntilMs && !options.abort.aborted
  return isWhole ? null : Math.max(0, stoppedMs - phase.startMs)
}

/** The server's counters before and after some work. Both readings lie in the idle padding around it. */
async function scraped<Done extends object>(
  session: Session,
  index: number,
  work: () => Promise<Done>,
): Promise<Done & { scrapes: TrialReadings | null }> {
  const watch = await session.scraper?.watch(index)
  try {
    const done = await work()
    return { ...done, scrapes: (await watch?.end()) ?? null }
  } catch (error) {
    await watch?.end()
    throw error
  }
}

/** Runs one phase of load, shown as `label` until it ends. */
export async function runPhase(
  session: Session,
  trial: number,
  seconds: number,
  label: string,
): Promise<{ phase: Phase; end: PhaseEnd }> {
  const startMs = runTime(session)
  const { load } = session.prepared.scenario
  const rampMs = load.shape === 'closed' ? Math.min(load.rampSeconds * 1000, (seconds * 1000) / 2) : 0
  const phase: Phase = { trial, startMs, sendUntilMs: startMs + seconds * 1000, rampMs }
  session.watch.beginPhase()
  const done = session.load.runPhase(phase)
  const ticking = keepTicking(session, { label }, startMs, seconds * 1000)
  try {
    return { phase, end: await done }
  } finally {
    ticking.abort()
  }
}

type PhaseShown = Pick<Tick, 'label' | 'waitingFor'>

function keepTicking(session: Session, shown: PhaseShown, startMs: number, totalMs: number): AbortController {
  const stop = new AbortController()
  const tick = session.fault.guard(() =>
    session.options.progress.tick(tickOf(session, shown, runTime(session) - startMs, totalMs)),
  )
  const timer = setInterval(tick, TICK_MS)
  stop.signal.addEventListener('abort', () => clearInterval(timer))
  return stop
}

function tickOf(session: Session, shown: PhaseShown, elapsedMs: number, totalMs: number): Tick {
  const { collector, meter, prepared } = session
  const cards = cardsNow(collector.newestSamples, servingUuids(prepared.gpus), runTime(session))
  return { ...shown, elapsedMs, totalMs, ...meter.read(), ...cards }
}
