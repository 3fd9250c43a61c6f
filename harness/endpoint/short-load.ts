import { JoulemarkError } from '../errors.ts'
import { plainText } from '../plain-text.ts'
import type { Address } from './address.ts'
import { makeClient } from './client.ts'
import { listModels } from './discover.ts'

/** Any work that a server takes, to make its card draw power: nothing of it is measured. */
export interface ShortLoad {
  readonly model: string
  /** Whether the server says that it is the stand-in. */
  readonly simulated: boolean
  /** Works until told to stop. Rejects when the server refuses. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** Enough to bring a card well off its idle power, few enough for any server. */
const STREAMS = 8
const ANSWER_TOKENS = 128

/**
 * Prepares a load of plain completions on whatever model the server lists first. Throws `environment` or `bad-input`, one
 * clear line, when the server cannot be asked or serves nothing.
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
    simulated: model.owned_by === 'simulated',
    run: async (signal) => {
      const client = makeClient(address, apiKey)
      const stream = async () => {
        while (!signal.aborted) await client.completions.create(body, { signal })
      }
      try {
        await Promise.all(Array.from({ length: STREAMS }, stream))
      } catch (error) {
        // a request that was cut because the time is up has done its work
        if (!signal.aborted) throw error
      }
    },
  }
}
