import { type Clock, sleepUnlessAborted } from '../clock.ts'
import { messageOf } from '../errors.ts'
import { roundMs, type ServerRow } from '../record/rows.ts'
import { REASON_ROW_PREFIX, type ServerReading } from '../record/schema/server.ts'
import { directFetch, type Send } from './access/direct-fetch.ts'
import type { Address } from './address.ts'
import { type MetricsPage, readMetricsPage } from './server-metrics.ts'

/** A full page of a large server is about 200 KB; a longer page than this is not a metrics page. */
const MAX_PAGE_BYTES = 8 * 2 ** 20
const TIMEOUT_MS = 5000
const PERIOD_MS = 1000

/** Text of the page at /metrics, or why there is none. The API key is sent too, for proxies that protect every path. */
export async function fetchMetrics(
  address: Address,
  apiKey: string | null,
  fetchPage: Send = directFetch,
): Promise<{ page: string } | { reason: string }> {
  try {
    const response = await fetchPage(`${address.url}/metrics`, {
      headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!response.ok) {
      await response.body?.cancel()
      return { reason: `/metrics returned HTTP ${response.status}` }
    }
    return await readBounded(response)
  } catch (error) {
    return { reason: `/metrics cannot be read: ${messageOf((error as Error).cause ?? error)}` }
  }
}

async function readBounded(response: Response): Promise<{ page: string } | { reason: string }> {
  const decoder = new TextDecoder()
  let page = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MAX_PAGE_BYTES) return { reason: `/metrics is longer than ${MAX_PAGE_BYTES} bytes` }
    page += decoder.decode(chunk, { stream: true })
  }
  return { page: page + decoder.decode() }
}

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
    const before = await this.#scrape('before', trial)
    const during: ServerReading[] = []
    const stop = new AbortController()
    const watching = this.#everySecond(trial, during, stop.signal)
    return {
      end: async () => {
        stop.abort()
        await watching
        const after = await this.#scrape('after', trial)
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

  async #scrape(phase: ServerRow['phase'], trial: number): Promise<ServerReading | null> {
    const { address, apiKey, clock, originMs, onRows, fetchPage } = this.#options
    const timeMs = roundMs(clock.nowMs() - originMs)
    const got = await fetchMetrics(address, apiKey, fetchPage)
    if ('reason' in got) {
      this.#reason ??= got.reason
      return null
    }
    const { metricNames, reading }: MetricsPage = readMetricsPage(got.page)
    if (Object.keys(reading.values).length === 0) {
      this.#reason ??=
        metricNames === 'none' ? 'no Prometheus page at /metrics' : 'no vLLM counters are exported at /metrics'
      return null
    }
    onRows(rowsOf(reading, timeMs, phase, trial))
    return reading
  }
}

function rowsOf(reading: ServerReading, timeMs: number, phase: string, trial: number): ServerRow[] {
  const byReason = Object.entries(reading.requestsByReason).map(
    ([reason, value]) => [`${REASON_ROW_PREFIX}${reason}`, value] as const,
  )
  return [...Object.entries(reading.values), ...byReason].map(([metric, value]) => ({
    timeMs,
    phase,
    trial,
    metric,
    value,
  }))
}
