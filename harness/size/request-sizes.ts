import { mixSeed, seededRandom } from '../plan/random.ts'
import { lengthAt } from '../scenario/prompt/length.ts'
import type { Length } from '../scenario/prompt/length-schema.ts'
import type { RequestSize } from './served-model.ts'

/** Lengths of requests, and the tokens of a prompt that are in the prefix cache. */
export interface RequestLengths {
  readonly promptTokens: Length
  readonly cachedTokens: number
  readonly outputTokens: Length
}

/** Sizes that are drawn: so many that a 99th percentile of them is one of the distribution. */
const SIZES = 4096

/**
 * Sizes of requests, in no order: every share of both distributions once, prompts and answers shuffled apart, so that the mean
 * is that of the distribution whatever the seed is.
 */
export function requestSizes(
  { promptTokens, cachedTokens, outputTokens }: RequestLengths,
  seed: number,
): RequestSize[] {
  const isFixed = typeof promptTokens === 'number' && typeof outputTokens === 'number'
  const count = isFixed ? 1 : SIZES
  const [prompts, outputs] = [promptTokens, outputTokens].map((length, which) =>
    shuffled(
      Array.from({ length: count }, (_, at) => lengthAt(length, (at + 0.5) / count)),
      mixSeed(seed, which),
    ),
  ) as [number[], number[]]
  return prompts.map((prompt, at) => ({
    promptTokens: prompt,
    // the last token of a prompt is always computed
    cachedTokens: Math.min(cachedTokens, prompt - 1),
    outputTokens: outputs[at]!,
  }))
}

function shuffled(values: number[], seed: number): number[] {
  const random = seededRandom(seed)
  for (let at = values.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1))
    ;[values[at], values[other]] = [values[other]!, values[at]!]
  }
  return values
}
