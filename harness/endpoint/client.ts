import { format } from 'node:util'
import OpenAI from 'openai'
import { directFetch, type Send } from './access/direct-fetch.ts'
import type { Address } from './address.ts'

/**
 * The `openai` client for every request that is not timed per token. Retries are disabled because they would hide failures
 * and inflate latency. Each request has a connection of its own and the headers of the timed path: what the package adds
 * from the environment (OPENAI_CUSTOM_HEADERS, OPENAI_ADMIN_KEY) would reach discovery and not the load.
 */
export function makeClient(address: Address, apiKey: string | null, send: Send = directFetch): OpenAI {
  return new OpenAI({
    baseURL: `${address.url}/v1`,
    // the package requires a key; without one, no Authorization header is sent
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    maxRetries: 0,
    timeout: 30_000,
    organization: null,
    project: null,
    logger: stderrLogger(apiKey),
    fetch: (url, init) => send(url, { ...init, headers: headersOf(init?.headers, apiKey) }),
  })
}

function headersOf(given: RequestInit['headers'], apiKey: string | null): Record<string, string> {
  const contentType = new Headers(given).get('content-type')
  return {
    accept: 'application/json, text/event-stream',
    'user-agent': 'joulemark',
    ...(contentType === null ? {} : { 'content-type': contentType }),
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  }
}

/** OPENAI_LOG makes the package log, by default to stdout, which carries the answer of a command only. */
function stderrLogger(apiKey: string | null) {
  const write = (...parts: unknown[]) => {
    const text = format(...parts)
    const shown = apiKey === null ? text : text.replaceAll(apiKey, '[secret]')
    process.stderr.write(`${shown.replace(/[^\P{Cc}\n]/gu, ' ')}\n`)
  }
  return { error: write, warn: write, info: write, debug: write }
}
