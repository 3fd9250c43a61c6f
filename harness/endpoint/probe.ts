import OpenAI from 'openai'
import { JoulemarkError, messageOf } from '../errors.ts'
import { type BodyPlan, tokenIdRange } from '../plan/prompt-body.ts'
import type { Endpoint } from '../record/schema.ts'
import type { Address } from './address.ts'
import { makeClient } from './client.ts'

/**
 * Asks the endpoint for one short answer before any load: what would make every request fail (context too short,
 * unknown model, a key that is only checked here, token ids out of range) is one clear line now.
 */
export async function probeEndpoint(
  address: Address,
  apiKey: string | null,
  endpoint: Endpoint,
  plan: BodyPlan,
  longest: { readonly promptTokens: number; readonly outputTokens: number },
): Promise<void> {
  const needed = longest.promptTokens + longest.outputTokens
  if (endpoint.maxModelLen !== null && needed > endpoint.maxModelLen) {
    throw new JoulemarkError(
      'bad-input',
      `endpoint ${address.url}: max_model_len is ${endpoint.maxModelLen}, the scenario needs ${longest.promptTokens} prompt + ${longest.outputTokens} output tokens = ${needed}; serve with --max-model-len ${needed} or more`,
    )
  }
  const client = makeClient(address, apiKey)
  const { high } = tokenIdRange(plan.vocab)
  try {
    if (plan.api === 'completions') {
      await client.completions.create({ model: plan.model, prompt: [high, high - 1], max_tokens: 1, temperature: 0 })
    } else {
      const messages = [{ role: 'user' as const, content: 'one' }]
      await client.chat.completions.create({ model: plan.model, messages, max_tokens: 1, temperature: 0 })
    }
  } catch (error) {
    const status = error instanceof OpenAI.APIError ? error.status : undefined
    const where = `endpoint ${address.url}: a request of one token failed`
    if (status === 401 || status === 403) {
      throw new JoulemarkError(
        'bad-input',
        `endpoint ${address.url}: HTTP ${status}: not authorised; set OPENAI_API_KEY to the key of the server`,
      )
    }
    if (status !== undefined && status < 500) throw new JoulemarkError('bad-input', `${where}: ${messageOf(error)}`)
    throw new JoulemarkError('world-failed', `${where}: ${messageOf(error)}`)
  }
}
