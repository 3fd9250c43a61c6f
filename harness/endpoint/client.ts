import { format } from 'node:util'
import OpenAI from 'openai'
import { plainText } from '../plain-text.ts'
import { maskOf } from '../secret-mask.ts'
import { directFetch, type Send } from './access/direct-fetch.ts'
import type { Address } from './address.ts'

/**
 * The `openai` client for every request that is not timed per token. Retries are disabled because they would hide failures
 * and inflate latency. Each request has a connection of its own and no header of the environment: those of OPENAI_CUSTOM_HEADERS
 * and the key of OPENAI_ADMIN_KEY would reach discovery and not the load.
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

/** Headers of the package that describe a body and the client; the key is that of the run. */
const ownHeaders = ['content-type', 'user-agent'] as const

function headersOf(given: RequestInit['headers'], apiKey: string | null): Record<string, string> {
  const made = new Headers(given)
  const kept = ownHeaders.flatMap((name) => {
    const value = made.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return {
    accept: 'application/json, text/event-stream',
    ...Object.fromEntries(kept),
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  }
}

/** OPENAI_LOG makes the package log, by default to stdout, which carries the answer of a command only. */
function stderrLogger(apiKey: string | null) {
  const write = (...parts: unknown[]) => {
    const text = format(...parts)
    const lines = maskOf([apiKey])(text).split('\n')
    process.stderr.write(`${lines.map(plainText).join('\n')}\n`)
  }
  return { error: write, warn: write, info: write, debug: write }
}
