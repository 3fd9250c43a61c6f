import { type Clock, sleepUnlessAborted } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import { roundMs, type WallRow } from '../../record/rows.ts'
import type { Wall, WallSource } from '../../record/schema/wall.ts'
import type { WallSourceName } from '../../record/schema/wall-sources.ts'
import { type WallAsked, wallText } from './asked.ts'
import type { WallHost } from './host.ts'
import { isLocal, openSource, sourcesFor } from './open.ts'
import { ASSUMED_GAIN_SHARE, closed, type OpenedSource, type OpenSource, WALL_INTERVAL_MS } from './source.ts'

export interface WallOptions {
  readonly asked: Exclude<WallAsked, 'off'>
  readonly host: WallHost
  readonly clock: Clock
  readonly originMs: number
  /** What is not read although it is found: sources of this machine where it is not the server, all where others load the server. */
  readonly skip: 'nothing' | 'local' | 'all'
  /** Why this machine is not the server; null where it is. A source of it that was named is refused with it, unless it is simulated. */
  readonly notOwn: string | null
  readonly onRows: (rows: readonly WallRow[]) => void
  readonly onWarning: (message: string) => void
}

/** What was read, without the values that are computed from it. */
export type WallWatched = Omit<Wall, 'cpu' | 'server' | 'shared'>

export interface WallWatch {
  /** Ends reading: at once, or some seconds later where readings are late; never later, whatever a source does. Never rejects. */
  stop(): Promise<WallWatched>
}

/** Readings that fail one after another until a source is given up. */
const GIVE_UP = 10
/** A source that takes longer than its interval is not asked again at once. */
const LEAST_PAUSE_MS = 50
/** Readings of a controller are seconds old: those that show the end of the last window come after it. Counters need none. */
const TAIL_MS = 4000
/** Time in which sources may end. */
const STOP_MS = 2000
/** A source that does not answer when it is opened is left out. */
const OPEN_MS = 25_000

/**
 * Reads the power of CPUs and server beside a run. Each source has a loop of its own, and opening does not keep the run waiting: a source
 * that is slow or hangs delays neither the run, nor the sampler of the cards, nor another source.
 */
export function watchWall(options: WallOptions): WallWatch {
  const { asked, host, skip } = options
  const stopping = new AbortController()
  const followed = sourcesFor(asked, host).map((name) => {
    if (asked === 'auto' && (skip === 'all' || (skip === 'local' && isLocal(name, host)))) return null
    return new Followed(name, options)
  })
  const loops = followed.flatMap((each) => (each === null ? [] : [each.run(stopping.signal)]))
  return {
    stop: async () => {
      if (followed.some((each) => each?.isLate())) await orAfter(options.clock, TAIL_MS, Promise.all(loops))
      stopping.abort()
      await orAfter(options.clock, STOP_MS, Promise.all(loops))
      const sources = followed.flatMap((each) => each?.ended() ?? [])
      const shown = asked === 'auto' ? sources.filter((source) => !isNoise(source)) : sources
      return { asked: wallText(asked), sources: shown }
    },
  }
}

/** Nearly every machine has no Grace: nobody asked for it. */
const isNoise = ({ source, state }: WallSource): boolean => source === 'grace' && state === 'absent'

/** What a promise gives, or null where it takes longer. No timer is left behind. */
async function orAfter<Value>(clock: Clock, ms: number, promise: Promise<Value>): Promise<Value | null> {
  const done = new AbortController()
  try {
    return await Promise.race([promise, sleepUnlessAborted(clock, ms, done.signal).then(() => null)])
  } finally {
    done.abort()
  }
}

/** One source from its opening to its end. */
class Followed {
  readonly #name: WallSourceName
  readonly #options: WallOptions
  #opened: OpenedSource | null = null
  #rows = 0
  #failures = 0
  #firstFailure: string | null = null
  #gaveUp: string | null = null
  /** The run has its sources: what a source that hung gives now comes too late. */
  #isOver = false
  #readsPower = false

  constructor(name: WallSourceName, options: WallOptions) {
    this.#name = name
    this.#options = options
  }

  async run(signal: AbortSignal): Promise<void> {
    const { host, clock } = this.#options
    const slow = new AbortController()
    const opening = openSource(this.#name, host, AbortSignal.any([signal, slow.signal])).catch(messageOf)
    const opened = await orAfter(clock, OPEN_MS, opening)
    slow.abort()
    if (opened === null || typeof opened === 'string') {
      this.#gaveUp = opened ?? `it did not answer in ${OPEN_MS / 1000} s`
      return
    }
    this.#opened = this.#ofServer(opened)
    if (this.#opened !== opened && opened.state === 'ok') opened.close?.()
    if (this.#opened.state !== 'ok' || signal.aborted) return
    await this.#follow(this.#opened, signal)
    this.#opened.close?.()
  }

  /** A source that was named although it reads another machine than the server is refused: its watts would be those of the server. */
  #ofServer(opened: OpenedSource): OpenedSource {
    const { notOwn, host } = this.#options
    if (notOwn === null || opened.state !== 'ok' || opened.simulated || !isLocal(this.#name, host)) return opened
    return closed(opened, 'refused', `it reads this machine: ${notOwn}`)
  }

  async #follow(source: OpenSource, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    let failed = 0
    while (!signal.aborted) {
      const startedMs = clock.nowMs()
      failed = (await this.#readOnce(source, signal)) ? 0 : failed + 1
      if (failed >= GIVE_UP) {
        this.#gaveUp = `${failed} readings failed one after another: ${this.#firstFailure ?? 'no reason'}`
        this.#options.onWarning(`power of the ${source.covers} (${source.source}): ${this.#gaveUp}`)
        return
      }
      const pauseMs = Math.max(LEAST_PAUSE_MS, source.intervalMs - (clock.nowMs() - startedMs))
      await sleepUnlessAborted(clock, pauseMs, signal)
    }
  }

  /** Whether a reading succeeded. One that the end of the run cut off is none. */
  async #readOnce(source: OpenSource, signal: AbortSignal): Promise<boolean> {
    const { clock, originMs, onRows } = this.#options
    const requestedMs = clock.nowMs()
    const reading = await source.read(signal)
    if (this.#isOver || (signal.aborted && 'reason' in reading)) return true
    if ('reason' in reading) {
      this.#failures += 1
      this.#firstFailure ??= reading.reason
      return false
    }
    const timeMs = roundMs((requestedMs + clock.nowMs()) / 2 - originMs)
    onRows(reading.values.map((value) => ({ timeMs, source: this.#name, ...value })))
    this.#rows += reading.values.length
    this.#readsPower ||= reading.values.some(({ powerW }) => powerW !== null)
    return true
  }

  /** Whether what it reads now is from earlier. */
  isLate(): boolean {
    return this.#gaveUp === null && this.#rows > 0 && this.#readsPower
  }

  ended(): WallSource[] {
    this.#isOver = true
    const source = this.#opened
    if (source === null)
      return [unopened(this.#name, this.#gaveUp ?? 'it did not answer before the run ended', this.#options)]
    const { by, covers, intervalMs, gainShare } = source
    const isOpen = source.state === 'ok'
    const simulated = isOpen && source.simulated
    const reason = isOpen ? this.#gaveUp : source.reason
    return [
      {
        source: this.#name,
        covers,
        by: simulated ? `${by} (SIMULATED)` : by,
        state: isOpen && this.#rows === 0 ? 'failed' : source.state,
        ...(reason === null ? {} : { reason }),
        intervalMs,
        statedAveragingMs: isOpen ? source.statedAveragingMs : null,
        gainShare,
        domains: isOpen ? source.domains.map((domain) => ({ ...domain })) : [],
        rows: this.#rows,
        failures: this.#failures,
        ...(this.#firstFailure === null ? {} : { failure: this.#firstFailure }),
        trials: [],
      },
    ]
  }
}

/** A source of which nothing is known. */
function unopened(source: WallSourceName, reason: string, { host }: WallOptions): WallSource {
  const covers =
    source === 'rapl' || source === 'grace'
      ? 'cpu'
      : source === 'command'
        ? (host.config.command?.covers ?? 'server')
        : 'server'
  return {
    source,
    covers,
    by: source,
    state: 'failed',
    reason,
    intervalMs: WALL_INTERVAL_MS,
    statedAveragingMs: null,
    gainShare: ASSUMED_GAIN_SHARE,
    domains: [],
    rows: 0,
    failures: 0,
    trials: [],
  }
}
