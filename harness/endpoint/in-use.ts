import type { Clock } from '../clock.ts'
import { JoulemarkError } from '../errors.ts'
import type { ServerReading } from '../record/schema/server.ts'
import { counted } from '../units.ts'
import type { Send } from './access/direct-fetch.ts'
import type { Address } from './address.ts'
import { fetchMetrics } from './metrics/scraper.ts'
import { readMetricsPage } from './metrics/server-metrics.ts'

/** Time between two readings of the counters, in ms: a server in use generates tokens many times per second. */
const BETWEEN_MS = 1000

export interface UseQuery {
  readonly address: Address
  readonly apiKey: string | null
  readonly clock: Clock
  readonly fetchPage?: Send
}

/**
 * What other clients do on a server, in words: requests that run or wait, or token counters that move between two
 * readings. Null where nothing is seen: the server is idle, or it has no such counters. Sends no request to the model.
 */
export async function useOfServer(query: UseQuery): Promise<string | null> {
  const first = await readingOf(query)
  if (first === null) return null
  await query.clock.sleep(BETWEEN_MS)
  const second = await readingOf(query)
  if (second === null) return null
  const { running = 0, waiting = 0 } = second.values
  const tokens = tokensOf(second) - tokensOf(first)
  if (running + waiting === 0 && tokens <= 0) return null
  const moved = tokens > 0 ? `, ${tokens} tokens in ${BETWEEN_MS / 1000} s` : ', but its token counters stand still'
  return `${counted(running, 'request')} running, ${waiting} waiting${moved}`
}

/**
 * Refuses a load on a server that serves others: both would be slowed. Returns what they do where `force` is set, null
 * where nothing is seen. Throws `bad-input`, one line with what to do.
 */
export async function refuseServerInUse(query: UseQuery, force: boolean): Promise<string | null> {
  const use = await useOfServer(query)
  if (use === null || force) return use
  const stale = use.endsWith('stand still')
    ? '; vLLM may still count requests whose clients were cut, until its next request: send it one'
    : ''
  throw new JoulemarkError(
    'bad-input',
    `endpoint ${query.address.url}: the server is in use (${use}); wait until it is idle, or load it anyway with --force${stale}`,
  )
}

async function readingOf({ address, apiKey, fetchPage }: UseQuery): Promise<ServerReading | null> {
  const got = await fetchMetrics(address, apiKey, fetchPage)
  if ('reason' in got) return null
  const { reading } = readMetricsPage(got.page)
  return Object.keys(reading.values).length === 0 ? null : reading
}

const tokensOf = ({ values }: ServerReading): number => (values.promptTokens ?? 0) + (values.generationTokens ?? 0)
