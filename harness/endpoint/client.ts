import OpenAI from 'openai'
import type { Address } from './address.ts'

/**
 * The `openai` client for everything that is not timed by the token. Retries are off: a hidden retry is a lie.
 * Without a key a placeholder is sent, because the package insists on one and vLLM without `--api-key` ignores it.
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
