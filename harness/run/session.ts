import { ServerScraper } from '../endpoint/metrics/scraper.ts'
import { JoulemarkError } from '../errors.ts'
import type { LoadDriver } from '../load/driver.ts'
import { servingUuids } from '../physics/serving-gpus.ts'
import { Collector } from '../record/collector.ts'
import type { RequestRow } from '../record/rows.ts'
import type { TrainingJob } from '../record/schema/run.ts'
import type { CoolDown } from '../record/schema/telemetry.ts'
import { connectionsOf } from '../scenario/load-shape.ts'
import { watchTime } from '../telemetry/host/time-watch.ts'
import type { Watching } from '../telemetry/open.ts'
import { notThisMachine, sharedServer } from '../telemetry/wall/scope.ts'
import { type WallWatch, watchWall } from '../telemetry/wall/watch.ts'
import { saysOutOfMemory } from '../workloads/out-of-memory.ts'
import type { WorkListener } from '../workloads/workload.ts'
import { CallbackFault } from './callback-fault.ts'
import type { TemperatureReading } from './cool-down.ts'
import type { Expectation } from './expectation.ts'
import type { RunJournal } from './journal.ts'
import { LiveMeter } from './live-meter.ts'
import { watchForPower } from './missing-power.ts'
import { CANNOT_BE_QUOTED } from './not-quotable.ts'
import type { Prepared } from './prepare.ts'
import { RequestWatch } from './request-watch.ts'
import type { RunOptions } from './run-options.ts'

/** The state that the steps of a run share. */
export interface Session {
  readonly prepared: Prepared
  /** `drain` is also set when time is up, or when an observation could not be kept. */
  readonly options: RunOptions
  readonly journal: RunJournal
  readonly collector: Collector
  readonly originMs: number
  readonly load: LoadDriver
  readonly meter: LiveMeter
  /** Null without a server. */
  readonly scraper: ServerScraper | null
  readonly events: WorkloadEvents
  /** Temperatures at the start of the first trial, and the cool-downs since. */
  readonly cooling: { start: TemperatureReading; readonly waits: CoolDown[] }
  /** How the requests of the run end. */
  readonly watch: RequestWatch
  /** Aborted, with the error of the run as its reason, when no request can be expected to succeed any more. */
  readonly hopeless: AbortSignal
  /** What was told of the number of requests. */
  readonly expectation: Expectation
  /** The first error in a callback of load, samples or scrapes. */
  readonly fault: CallbackFault
}

/** Events of a workload other than its rows. */
export interface WorkloadEvents {
  /** The first out-of-memory message. */
  oom: string | null
  config: TrainingJob['config'] | null
}

/** Time on the run's own clock, in ms. */
export const runTime = (session: Pick<Session, 'options' | 'originMs'>): number =>
  session.options.clock.nowMs() - session.originMs

/** The inputs of a session. */
export interface SessionStart {
  readonly prepared: Prepared
  readonly options: RunOptions
  readonly journal: RunJournal
  readonly originMs: number
  readonly expectation: Expectation
}

/**
 * Runs `work` with the load engine and the sampling of the cards open. Both are always closed, and the observations of
 * the cards go to the journal. Throws the error of `work`, or the first error of a callback.
 */
export async function withSession(start: SessionStart, work: (session: Session) => Promise<void>): Promise<void> {
  const fault = new CallbackFault()
  const collector = new Collector(start.journal)
  const endTimeWatch = watchTimeOf(start)
  const watching = await watchCards(start, collector, fault).catch((error: unknown) => {
    endTimeWatch()
    throw error
  })
  const wallWatch = watchPower(start, collector, fault)
  try {
    const session = await openSession(start, collector, fault)
    const unlink = linkInterrupts(session.load, session)
    try {
      await work(session)
    } finally {
      unlink()
      await session.load.close()
    }
  } finally {
    endTimeWatch()
    const [watched, wall] = await Promise.all([watching.stop(), wallWatch?.stop()])
    if (watched) start.journal.telemetry(watched)
    if (wall) start.journal.wall(wall)
  }
  fault.throwIfAny()
}

/** Watches the clocks of the machine: a suspended laptop looks like a slow server otherwise. */
function watchTimeOf({ options, originMs, journal }: SessionStart): () => void {
  return watchTime({
    runTime: () => runTime({ options, originMs }),
    onInterruption: (interruption) => {
      journal.interruption(interruption)
      options.progress.warn(interruption.message)
    },
  })
}

function watchCards(start: SessionStart, collector: Collector, fault: CallbackFault): Promise<Watching> {
  const { prepared, options, originMs } = start
  const lookForPower = watchForPower((uuid) =>
    options.progress.warn(
      `${CANNOT_BE_QUOTED}energy-coverage: ${uuid}: the driver does not report its power, so that there is no energy`,
    ),
  )
  return prepared.telemetry.watch({
    clock: options.clock,
    originMs,
    servingUuids: servingUuids(prepared.gpus),
    onRow: fault.guard((row) => {
      collector.addSample(row)
      lookForPower(row)
    }),
    onCounterRow: fault.guard((row) => collector.addCounterRow(row)),
    onWarning: (message) => options.progress.warn(message),
  })
}

/** Reads the power of CPUs and server where it was asked for. */
function watchPower(
  { prepared, options, originMs }: SessionStart,
  collector: Collector,
  fault: CallbackFault,
): WallWatch | null {
  if (options.wall === undefined || options.wall.asked === 'off') return null
  const { asked, host } = options.wall
  const notOwn = notThisMachine(prepared)
  return watchWall({
    asked,
    host,
    clock: options.clock,
    originMs,
    skip: sharedServer(prepared.gpus, options.box) !== null ? 'all' : notOwn !== null ? 'local' : 'nothing',
    notOwn,
    onRows: fault.guard((rows) => collector.addWallRows(rows)),
    onWarning: (message) => options.progress.warn(message),
  })
}

/** Opens the load engine; its rows go to the collector, its events to the live display. */
async function openSession(start: SessionStart, collector: Collector, fault: CallbackFault): Promise<Session> {
  const { prepared, originMs } = start
  const hopeless = new AbortController()
  const options = {
    ...start.options,
    drain: AbortSignal.any([start.options.drain, fault.signal, hopeless.signal]),
  }
  const watch = watchRequests(start, hopeless)
  const meter = new LiveMeter()
  const events: WorkloadEvents = { oom: null, config: null }
  const ended = (rows: readonly RequestRow[]) => {
    watch.see(rows)
    events.oom ??= rows.find((row) => row.error !== '' && saysOutOfMemory(row.error))?.error ?? null
  }
  const listener: WorkListener = {
    onRows: fault.guard((rows, bins) => {
      collector.addRequests(rows, bins)
      ended(rows)
    }),
    onWarmUpRows: fault.guard(ended),
    onProgress: (inFlight, count) => meter.add(inFlight, count),
    onSteps: fault.guard((rows) => collector.addSteps(rows)),
    onOutOfMemory: (evidence) => {
      events.oom ??= evidence
    },
    onConfig: (config) => {
      events.config = config
    },
  }
  const { apiKey, clock, workers } = options
  const load = await prepared.workload.start({ originMs, clock, workers }, listener)
  const { address, metricLabels = [], metricsPath } = prepared.workload
  const onRows: ConstructorParameters<typeof ServerScraper>[0]['onRows'] = fault.guard((rows) => {
    collector.addServerRows(rows)
    meter.addServerRows(rows)
  })
  const page = { metricLabels, ...(metricsPath === undefined ? {} : { metricsPath }) }
  const scraper = address ? new ServerScraper({ address, apiKey, ...page, clock, originMs, onRows }) : null
  const cooling = { start: { reason: 'no temperature has been read' }, waits: [] }
  const { journal } = start
  const shared = { prepared, options, journal, collector, originMs, load, meter, scraper, events, cooling, fault }
  return { ...shared, watch, hopeless: hopeless.signal, expectation: start.expectation }
}

/** Follows the requests of a run; when they are hopeless, its load ends and the run with it. */
function watchRequests({ prepared, options }: SessionStart, hopeless: AbortController): RequestWatch {
  const { scenario, workload, endpoint } = prepared
  return new RequestWatch({
    connections: connectionsOf(scenario.load),
    aloneMs: workload.requestMs ?? null,
    onFirst: (message) => options.progress.warn(message),
    onHopeless: (reason) => hopeless.abort(new JoulemarkError('environment', `endpoint ${endpoint.url}: ${reason}`)),
  })
}

/** Throws the error of a run that can no longer succeed: see RequestWatch. Ended by the user, or out of memory, it has none. */
export function requireSuccess({ hopeless, options, events, watch, prepared }: Session): void {
  if (events.oom !== null) return
  hopeless.throwIfAborted()
  const verdict = options.drain.aborted ? null : watch.verdictOfPhase()
  if (verdict !== null) throw new JoulemarkError('environment', `endpoint ${prepared.endpoint.url}: ${verdict}`)
}

/** Time in which requests in flight may still end once the load is hopeless; then they are cut. */
const GRACE_MS = 5000

function linkInterrupts(load: LoadDriver, { options, fault, hopeless }: Session): () => void {
  const { drain, abort } = options
  const stopSending = () => load.stopSending()
  const cut = () => load.abort()
  let grace: NodeJS.Timeout | undefined
  const cutLater = () => {
    grace = setTimeout(cut, GRACE_MS)
  }
  drain.addEventListener('abort', stopSending)
  hopeless.addEventListener('abort', cutLater)
  for (const signal of [abort, fault.signal]) signal.addEventListener('abort', cut)
  return () => {
    clearTimeout(grace)
    drain.removeEventListener('abort', stopSending)
    hopeless.removeEventListener('abort', cutLater)
    for (const signal of [abort, fault.signal]) signal.removeEventListener('abort', cut)
  }
}
