import { JoulemarkError } from '../errors.ts'
import { plainText } from '../plain-text.ts'
import type { Address } from './address.ts'
import { makeClient } from './client.ts'
import { listModels } from './discover.ts'

/** A load that makes the card of a server draw power. Its requests are not measured. */
export interface ShortLoad {
  readonly model: string
  /** Whether the server reports that it is the simulator. */
  readonly simulated: boolean
  /** Sends requests until the signal aborts. Rejects when the server refuses one. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** Enough to raise a card well above its idle power, few enough for any server. */
const STREAMS = 8
const ANSWER_TOKENS = 128

/**
 * Prepares a load of plain completions on the model that the server lists first. Throws `environment` or `bad-input`, one
 * clear line, when the server cannot be reached or serves no model.
 */
export async function prepareShortLoad(address: Address, apiKey: string | null): Promise<ShortLoad> {
  const [model] = await listModels(address, apiKey)
  if (!model) throw new JoulemarkError('environment', `endpoint ${address.url}: serves no model`)
  const body = {
    model: model.id,
    prompt: 'Count from one to a thousand in words: one, two, three,',
    max_tokens: ANSWER_TOKENS,
    temperature: 0,
    ignore_eos: true,
  }
  return {
    model: plainText(model.id),
    simulated: model.ownedBy === 'simulated',
    run: async (signal) => {
      const client = makeClient(address, apiKey)
      const stream = async () => {
        while (!signal.aborted) await client.completions.create(body, { signal })
      }
      try {
        await Promise.all(Array.from({ length: STREAMS }, stream))
      } catch (error) {
        // a request that was cut because the time is up is not a failure
        if (!signal.aborted) throw error
      }
    },
  }
}
