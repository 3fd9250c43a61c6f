import OpenAI from 'openai'
import { JoulemarkError, messageOf } from '../errors.ts'
import { plainText } from '../plain-text.ts'
import { type BodyPlan, tokenIdRange } from '../plan/prompt-body.ts'
import type { Endpoint } from '../record/schema/run.ts'
import { endpointError } from './access/endpoint-error.ts'
import type { Address } from './address.ts'
import { makeClient } from './client.ts'

/** The planned requests to a discovered endpoint, and the longest of them in tokens. */
export interface ProbeRequest {
  readonly endpoint: Endpoint
  readonly plan: BodyPlan
  readonly longest: { readonly promptTokens: number; readonly outputTokens: number }
}

/**
 * Requests one short answer before any load, so that a fault that would fail every request (context too short, unknown
 * model, a key that is only checked here, token ids out of range) is one clear line now. Returns the
 * `system_fingerprint` of the answer (vLLM from 2026 on), or null.
 */
export async function probeEndpoint(
  address: Address,
  apiKey: string | null,
  { endpoint, plan, longest }: ProbeRequest,
): Promise<string | null> {
  const needed = longest.promptTokens + longest.outputTokens
  if (endpoint.maxModelLen !== null && needed > endpoint.maxModelLen) {
    throw new JoulemarkError(
      'bad-input',
      `endpoint ${address.url}: max_model_len is ${endpoint.maxModelLen}, the scenario requires ${longest.promptTokens} prompt + ${longest.outputTokens} output tokens = ${needed}; serve with --max-model-len ${needed} or more`,
    )
  }
  const client = makeClient(address, apiKey)
  const { high } = tokenIdRange(plan.vocab)
  try {
    if (plan.api === 'completions') {
      const prompt = [high, high - 1]
      const answer = await client.completions.create({ model: plan.model, prompt, max_tokens: 1, temperature: 0 })
      return fingerprintOf(answer)
    }
    const messages = [{ role: 'user' as const, content: 'one' }]
    const answer = await client.chat.completions.create({ model: plan.model, messages, max_tokens: 1, temperature: 0 })
    return fingerprintOf(answer)
  } catch (error) {
    const status = error instanceof OpenAI.APIError ? error.status : undefined
    if (status === undefined || status === 401 || status === 403) throw await endpointError(address, apiKey, error)
    const where = `endpoint ${address.url}: a request of one token failed`
    if (status < 500) throw new JoulemarkError('bad-input', `${where}: ${messageOf(error)}`)
    throw new JoulemarkError('environment', `${where}: ${messageOf(error)}`)
  }
}

const fingerprintOf = (answer: { readonly system_fingerprint?: string | null | undefined }): string | null =>
  typeof answer.system_fingerprint === 'string' ? plainText(answer.system_fingerprint).slice(0, 120) : null
