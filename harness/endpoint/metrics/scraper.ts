import { type Clock, sleepUnlessAborted } from '../../clock.ts'
import { countedEngines } from '../../engines/table.ts'
import { roundMs, type ServerRow } from '../../record/rows.ts'
import { REASON_ROW_PREFIX, type ServerReading } from '../../record/schema/server.ts'
import type { Send } from '../access/direct-fetch.ts'
import type { Address } from '../address.ts'
import { getPage, type Page } from '../page.ts'
import { readMetricsPage, whyNoCounters } from './server-metrics.ts'

/** A page of one engine is about 200 KB; that of 64 engines is under this. */
const MAX_PAGE_BYTES = 15 * 2 ** 20
/** The longest line of a page, the configuration of the cache, is about 2 KB. */
const MAX_LINE_BYTES = 2 ** 20
const TIMEOUT_MS = 5000
const PERIOD_MS = 1000
/** Tries of the readings that enclose a trial: without one of them no counter is known. */
const EDGE_TRIES = 2

/** The path of the Prometheus page of most engines. */
const USUAL_PATH = '/metrics'

/**
 * Text of a Prometheus page, or why there is none. The API key is sent too, for proxies that protect every path. Without a
 * path it is /metrics, or the path of an engine that has something else there.
 */
export async function fetchMetrics(
  address: Address,
  apiKey: string | null,
  fetchPage?: Send,
  path?: string,
): Promise<Page & { readonly path: string }> {
  const at = (where: string): Promise<Page> =>
    getPage(address, where, {
      apiKey,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_PAGE_BYTES,
      maxLineBytes: MAX_LINE_BYTES,
      ...(fetchPage ? { fetchPage } : {}),
    })
  const got = await at(path ?? USUAL_PATH)
  // a list in JSON: the iterations of TensorRT-LLM
  const isElsewhere = path === undefined && 'page' in got && /^\s*\[/.test(got.page.slice(0, 100))
  for (const other of isElsewhere ? otherPaths : []) {
    const found = await at(other)
    if ('page' in found) return { ...found, path: other }
  }
  return { ...got, path: path ?? USUAL_PATH }
}

const otherPaths: readonly string[] = countedEngines
  .map(([, { counters }]) => counters.path)
  .filter((path) => path !== USUAL_PATH)

/** The readings of a trial in order: one before the load, those during it, one after it. */
export interface TrialReadings {
  readonly before: ServerReading | null
  readonly during: readonly ServerReading[]
  readonly after: ServerReading | null
  /** Why readings are missing; null when none is. */
  readonly reason: string | null
}

export interface TrialWatch {
  /** Takes the last reading and stops scraping. */
  end(): Promise<TrialReadings>
}

export interface ScraperOptions {
  readonly address: Address
  readonly apiKey: string | null
  /** Names under which the metrics of the measured model may stand, best first. */
  readonly metricLabels?: readonly string[]
  /** Path of the page, where it is known. */
  readonly metricsPath?: string
  readonly clock: Clock
  /** Start of the run's clock. */
  readonly originMs: number
  readonly onRows: (rows: readonly ServerRow[]) => void
  readonly fetchPage?: Send
}

/**
 * Reads the server's counters just before, every second during, and just after each trial, and reports every value
 * as a row at once. A failed scrape leaves a gap and never ends the run.
 */
export class ServerScraper {
  readonly #options: ScraperOptions
  #reason: string | null = null

  constructor(options: ScraperOptions) {
    this.#options = options
  }

  /** Takes the first reading of a trial and continues until `end`. */
  async watch(trial: number): Promise<TrialWatch> {
    this.#reason = null
    const before = await this.#scrapeEdge('before', trial)
    const during: ServerReading[] = []
    const stop = new AbortController()
    const watching = this.#everySecond(trial, during, stop.signal)
    return {
      end: async () => {
        stop.abort()
        await watching
        const after = await this.#scrapeEdge('after', trial)
        return { before, during, after, reason: this.#reason }
      },
    }
  }

  async #everySecond(trial: number, into: ServerReading[], signal: AbortSignal): Promise<void> {
    while (await sleepUnlessAborted(this.#options.clock, PERIOD_MS, signal)) {
      const reading = await this.#scrape('during', trial)
      if (reading) into.push(reading)
    }
  }

  /** A reading at an edge of a trial, tried again once: a server may be slow to answer under load, or just after it. */
  async #scrapeEdge(phase: 'before' | 'after', trial: number): Promise<ServerReading | null> {
    for (let tries = 1; ; tries += 1) {
      const reading = await this.#scrape(phase, trial)
      if (reading !== null || tries === EDGE_TRIES) return reading
    }
  }

  async #scrape(phase: ServerRow['phase'], trial: number): Promise<ServerReading | null> {
    const { address, apiKey, metricLabels, metricsPath, clock, originMs, onRows, fetchPage } = this.#options
    const timeMs = roundMs(clock.nowMs() - originMs)
    const got = await fetchMetrics(address, apiKey, fetchPage, metricsPath)
    if ('reason' in got) {
      this.#reason ??= got.reason
      return null
    }
    const page = readMetricsPage(got.page, metricLabels)
    const reason = whyNoCounters(page)
    if (reason !== null) {
      this.#reason ??= reason
      return null
    }
    onRows(rowsOf(page.reading, timeMs, phase, trial))
    return page.reading
  }
}

/** The values of a reading as rows; a value that is not valid is NaN. */
function rowsOf(reading: ServerReading, timeMs: number, phase: string, trial: number): ServerRow[] {
  const unusable = (reading.unusable ?? []).map((metric) => [metric, Number.NaN] as const)
  const byReason = Object.entries(reading.requestsByReason).map(
    ([reason, value]) => [`${REASON_ROW_PREFIX}${reason}`, value] as const,
  )
  return [...Object.entries(reading.values), ...unusable, ...byReason].map(([metric, value]) => ({
    timeMs,
    phase,
    trial,
    metric,
    value,
  }))
}
