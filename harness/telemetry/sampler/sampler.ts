import { type Clock, sleepUnlessAborted } from '../../clock.ts'
import { JoulemarkError } from '../../errors.ts'
import { type GpuRow, roundMs } from '../../record/rows.ts'
import { SAMPLE_INTERVAL_MS } from '../../record/sample-interval.ts'
import { counted } from '../../units.ts'
import { runNvidiaSmi, type SmiExec } from '../smi/exec.ts'
import {
  coreFields,
  intersectFields,
  parseHelpFields,
  rejectedField,
  type SelectedField,
  withoutField,
} from '../smi/fields.ts'
import type { SamplerEvent, SamplerReport } from './events.ts'
import { createRowMaker } from './rows.ts'
import { loopArguments, type StartLoop, smiLoopStarter } from './smi-loop.ts'
import { type LoopLimits, loopLimits, type WatchedLoop, watchLoop } from './watched-loop.ts'

export interface SamplerOptions {
  readonly nvidiaSmi: string
  /** Time for which nvidia-smi sleeps between two queries; `SAMPLE_INTERVAL_MS` unless given. */
  readonly intervalMs?: number
  /** The cards to sample; all of them unless given. */
  readonly uuids?: readonly string[]
  readonly clock: Clock
  /** Time 0 of the rows, on `clock`. */
  readonly originMs: number
  /** Called for each sample of each GPU; after a clock step or a late line, up to a second late. */
  readonly onRow: (row: GpuRow) => void
  readonly onEvent?: ((event: SamplerEvent) => void) | undefined
  /** How long the child may print no row; `loopLimits(0)` unless given. */
  readonly limits?: LoopLimits
  /** Stops the sampler as `stop()` does. */
  readonly signal?: AbortSignal | undefined
  readonly exec?: SmiExec
  readonly startLoop?: StartLoop
}

export interface Sampler {
  /** Stops sampling immediately (the caller waits for later rows first) and reports. Later calls return the same report. */
  stop(): Promise<SamplerReport>
}

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000

/**
 * Starts one long-lived nvidia-smi for the run and resolves when its first row has arrived. A child that exits or hangs
 * is restarted for as long as the run lasts, with pauses that double up to 10 s, and the gap is an event.
 * Throws `environment` when nvidia-smi is absent or fails, or when no row arrives within the first-row limit.
 */
export async function startSampler(options: SamplerOptions): Promise<Sampler> {
  const { clock, originMs, intervalMs = SAMPLE_INTERVAL_MS, limits = loopLimits(0) } = options
  const exec = options.exec ?? ((args) => runNvidiaSmi(options.nvidiaSmi, args))
  const startLoop = options.startLoop ?? smiLoopStarter(options.nvidiaSmi, () => clock.nowMs())
  const stopping = new AbortController()
  const maker = createRowMaker(options)
  let fields = await chooseFields(exec)
  let lastRowMs: number | null = null
  let gapReason: string | null = null
  let restarts = 0

  const onLine = (line: string, arrivalMs: number): boolean => {
    if (!maker.take(line, arrivalMs, fields)) return false
    const atMs = roundMs(arrivalMs - originMs)
    if (gapReason !== null) maker.event({ kind: 'gap', fromMs: lastRowMs ?? 0, toMs: atMs, reason: gapReason })
    gapReason = null
    lastRowMs = atMs
    return true
  }
  const start = (): WatchedLoop =>
    watchLoop({ startLoop, args: loopArguments(fields, intervalMs, options.uuids), clock, limits, onLine })

  const keepAlive = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS
    for (;;) {
      const failure = await loop.ended
      if (stopping.signal.aborted) return
      const reason = failure?.reason ?? 'it exited'
      if (gapReason === null) maker.event({ kind: 'lost', atMs: lastRowMs ?? 0, reason })
      gapReason = reason
      // a child that printed rows worked: the next pause is the shortest again
      pauseMs = (await loop.firstRow) ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
      if (!(await sleepUnlessAborted(clock, pauseMs, stopping.signal))) return
      restarts += 1
      loop = start()
    }
  }

  let loop = start()
  const end = async (): Promise<void> => {
    stopping.abort()
    await loop.stop()
  }
  const onAbort = () => void end()
  options.signal?.addEventListener('abort', onAbort, { once: true })
  if (options.signal?.aborted) onAbort()

  while (!(await loop.firstRow)) {
    const failure = await loop.ended
    const rejected = failure === null ? null : rejectedField(failure.reason)
    const fewer = rejected === null ? null : withoutField(fields, rejected)
    if (!fewer || stopping.signal.aborted) {
      options.signal?.removeEventListener('abort', onAbort)
      throw new JoulemarkError(
        'environment',
        `${options.nvidiaSmi}: ${failure?.reason ?? 'sampling was stopped before its first row'}`,
      )
    }
    fields = fewer
    loop = start()
  }

  const running = keepAlive()
  const report = async (): Promise<SamplerReport> => {
    options.signal?.removeEventListener('abort', onAbort)
    await end()
    await running
    maker.flush()
    const gaveUp =
      gapReason === null
        ? null
        : `no samples since ${seconds(lastRowMs ?? 0)} s, after ${counted(restarts, 'restart')}: ${gapReason}`
    if (gaveUp !== null) maker.event({ kind: 'gave-up', atMs: roundMs(clock.nowMs() - originMs), reason: gaveUp })
    const sampled = new Set<string>(fields.map(({ key }) => key))
    return {
      fields: fields.map(({ name }) => name),
      missingFields: coreFields.map(({ key }) => key).filter((key) => !sampled.has(key)),
      intervalMs,
      rows: maker.rows(),
      restarts,
      events: maker.events(),
      gaveUp,
    }
  }
  let reported: Promise<SamplerReport> | null = null
  return {
    stop: () => {
      reported ??= report()
      return reported
    },
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1)

/** The loop's columns on this driver: from the help list where it can be read, else those of every driver from 550. */
async function chooseFields(exec: SmiExec): Promise<readonly SelectedField[]> {
  const help = await exec(['--help-query-gpu'])
  const known = help.kind === 'ok' ? parseHelpFields(help.stdout) : new Set<string>()
  const { selected } = intersectFields(known)
  // A list without the uuid cannot be used: rows of different cards could not be distinguished.
  return known.has('uuid') || known.has('gpu_uuid') ? selected : coreFields
}
