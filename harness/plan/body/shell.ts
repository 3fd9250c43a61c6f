import type { Sampling } from '../../scenario/prompt/prompt-schema.ts'
import { type BodyPlan, hasTextPrompts } from './body-plan.ts'

/** A place in a body that is filled when a request is sent. */
export type Slot = 'prompt' | 'image'

/** A body as the literal parts around its prompt and its images, in order. */
export interface Shell {
  readonly outputTokens: number
  readonly cacheSalt: string | null
  readonly parts: readonly (Buffer | Slot)[]
}

/** Marks a slot in a text; a control character, because no prompt that is typed has one. */
const MARK = '\u0001'
const SLOTS = /"\\u0001(prompt|image|fields)"(?::0)?/

/**
 * The body around the prompt: greedy and of exact output length unless the plan says otherwise, streamed, with the usage
 * at the end. `cacheSalt`: of prompts from a file, which a prefix cache may have from an earlier run.
 */
export function shellOf(plan: BodyPlan, outputTokens: number, cacheSalt: string | null = null): Shell {
  const isExact = plan.ignoreEos ?? true
  const rest = {
    ...(plan.tools && !plan.prompts ? { tools: plan.tools } : {}),
    max_tokens: outputTokens,
    ...(isExact && !plan.without?.includes('min_tokens') ? { min_tokens: outputTokens } : {}),
    ...(isExact && !plan.without?.includes('ignore_eos') ? { ignore_eos: true } : {}),
    ...samplingFields(plan.sampling ?? {}),
    ...(cacheSalt === null ? {} : { cache_salt: cacheSalt }),
    stream: true,
    stream_options: { include_usage: true, ...(plan.continuousUsage ? { continuous_usage_stats: true } : {}) },
  }
  const isIds = !hasTextPrompts(plan)
  const text = JSON.stringify({ model: plan.model, ...contentOf(plan), ...rest })
  const parts: (Buffer | Slot)[] = []
  let literal = ''
  text.split(SLOTS).forEach((piece, index) => {
    if (index % 2 === 0) literal += piece
    else {
      const [open, close] = piece === 'fields' ? ['', ''] : piece === 'prompt' && isIds ? ['[', ']'] : ['"', '"']
      parts.push(Buffer.from(literal + open), piece === 'image' ? 'image' : 'prompt')
      literal = close
    }
  })
  parts.push(Buffer.from(literal))
  return { outputTokens, cacheSalt, parts }
}

/** The fields with the prompt, slots in their places. */
function contentOf({ api, prompts, system, images }: BodyPlan): Readonly<Record<string, unknown>> {
  // the fields of a file's prompt stand in it as they are
  if (prompts) return { [`${MARK}fields`]: 0 }
  const prompt = `${MARK}prompt`
  if (api === 'completions') return { prompt }
  const image = { type: 'image_url', image_url: { url: `${MARK}image` } }
  const content = images
    ? [...Array.from({ length: images.count }, () => image), { type: 'text', text: prompt }]
    : prompt
  const user = { role: 'user', content }
  return { messages: system === undefined ? [user] : [{ role: 'system', content: system }, user] }
}

/** Sampling settings by their names in the API. A server without a temperature uses that of the model's own settings. */
const samplingFields = ({
  temperature = 0,
  topP,
  topK,
  minP,
  seed,
  repetitionPenalty,
  presencePenalty,
  frequencyPenalty,
}: Sampling) => ({
  temperature,
  top_p: topP,
  top_k: topK,
  min_p: minP,
  seed,
  repetition_penalty: repetitionPenalty,
  presence_penalty: presencePenalty,
  frequency_penalty: frequencyPenalty,
})
