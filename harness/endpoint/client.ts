import OpenAI from 'openai'
import type { Address } from './address.ts'

/**
 * The `openai` client for every request that is not timed per token. Retries are disabled because they would hide
 * failures and inflate latency. Without a key a placeholder is sent: the package requires one, and vLLM without
 * `--api-key` ignores it.
 */
export function makeClient(address: Address, apiKey: string | null): OpenAI {
  return new OpenAI({
    baseURL: `${address.url}/v1`,
    apiKey: apiKey ?? 'none',
    maxRetries: 0,
    timeout: 30_000,
    organization: null,
    project: null,
  })
}
