import OpenAI from 'openai'
import type { Address } from './address.ts'

/**
 * The `openai` client for every request that is not timed per token. Retries are disabled because they would hide
 * failures and inflate latency. Without a key a placeholder is sent: the package requires one, and vLLM without
 * `--api-key` ignores it. With `single-use` each request has a connection of its own: discovery asks a few questions with
 * pauses between them, and a server may close an idle connection at the moment when the next request is sent on it.
 */
export function makeClient(
  address: Address,
  apiKey: string | null,
  connections: 'kept' | 'single-use' = 'kept',
): OpenAI {
  return new OpenAI({
    baseURL: `${address.url}/v1`,
    apiKey: apiKey ?? 'none',
    maxRetries: 0,
    timeout: 30_000,
    organization: null,
    project: null,
    ...(connections === 'single-use' ? { defaultHeaders: { connection: 'close' } } : {}),
  })
}
