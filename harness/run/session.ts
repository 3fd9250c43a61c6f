import { ServerScraper } from '../endpoint/scraper.ts'
import type { LoadDriver } from '../load/driver.ts'
import { servingUuids } from '../physics/serving-gpus.ts'
import { Collector } from '../record/collector.ts'
import type { TrainingJob } from '../record/schema/run.ts'
import type { CoolDown } from '../record/schema/telemetry.ts'
import type { Watching } from '../telemetry/open.ts'
import { saysOutOfMemory } from '../workloads/out-of-memory.ts'
import type { WorkListener } from '../workloads/workload.ts'
import { CallbackFault } from './callback-fault.ts'
import type { TemperatureReading } from './cool-down.ts'
import type { RunJournal } from './journal.ts'
import { LiveMeter } from './live-meter.ts'
import type { Prepared } from './prepare.ts'
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
}

/**
 * Runs `work` with the load engine and the sampling of the cards open. Both are always closed, and the observations of
 * the cards go to the journal. Throws the error of `work`, or the first error of a callback.
 */
export async function withSession(start: SessionStart, work: (session: Session) => Promise<void>): Promise<void> {
  const fault = new CallbackFault()
  const collector = new Collector(start.journal)
  const watching = await watchCards(start, collector, fault)
  try {
    const session = await openSession(start, collector, fault)
    const unlink = linkInterrupts(session.load, start.options, fault)
    try {
      await work(session)
    } finally {
      unlink()
      await session.load.close()
    }
  } finally {
    const watched = await watching.stop()
    if (watched) start.journal.telemetry(watched)
  }
  fault.throwIfAny()
}

function watchCards(start: SessionStart, collector: Collector, fault: CallbackFault): Promise<Watching> {
  const { prepared, options, originMs } = start
  return prepared.telemetry.watch({
    clock: options.clock,
    originMs,
    servingUuids: servingUuids(prepared.gpus),
    onRow: fault.guard((row) => collector.addSample(row)),
    onCounterRow: fault.guard((row) => collector.addCounterRow(row)),
    onWarning: (message) => options.progress.warn(message),
  })
}

/** Opens the load engine; its rows go to the collector, its events to the live display. */
async function openSession(start: SessionStart, collector: Collector, fault: CallbackFault): Promise<Session> {
  const { prepared, originMs } = start
  const options = { ...start.options, drain: AbortSignal.any([start.options.drain, fault.signal]) }
  const meter = new LiveMeter()
  const events: WorkloadEvents = { oom: null, config: null }
  const listener: WorkListener = {
    onRows: fault.guard((rows, bins) => {
      collector.addRequests(rows, bins)
      events.oom ??= rows.find((row) => row.error !== '' && saysOutOfMemory(row.error))?.error ?? null
    }),
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
  const { address } = prepared.workload
  const onRows: ConstructorParameters<typeof ServerScraper>[0]['onRows'] = fault.guard((rows) =>
    collector.addServerRows(rows),
  )
  const scraper = address ? new ServerScraper({ address, apiKey, clock, originMs, onRows }) : null
  const cooling = { start: { reason: 'no temperature has been read' }, waits: [] }
  const { journal } = start
  return { prepared, options, journal, collector, originMs, load, meter, scraper, events, cooling, fault }
}

function linkInterrupts(load: LoadDriver, { drain, abort }: RunOptions, fault: CallbackFault): () => void {
  const stopSending = () => load.stopSending()
  const cut = () => load.abort()
  drain.addEventListener('abort', stopSending)
  for (const signal of [abort, fault.signal]) signal.addEventListener('abort', cut)
  return () => {
    drain.removeEventListener('abort', stopSending)
    for (const signal of [abort, fault.signal]) signal.removeEventListener('abort', cut)
  }
}
