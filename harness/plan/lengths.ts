import { lengthAt } from '../scenario/prompt/length.ts'
import type { Length } from '../scenario/prompt/length-schema.ts'
import { mixSeed, seededRandom } from './random.ts'

/** The lengths of the requests of a load. */
export interface PlannedLengths {
  readonly prompt: Length
  readonly output: Length
}

/** Which request of a load: the seed of the scenario, the warm-up (-1) or trial, and its number in it. */
export interface LengthDraw {
  readonly seed: number
  readonly phase: number
  readonly index: number
}

const LENGTH_SEED = 0x6c656e67

/**
 * Prompt and answer length of one request, in tokens. They depend on the scenario, its seed, and the request's number in
 * its trial only, so that they are the same on every machine and with any number of workers.
 */
export function drawLengths(
  { prompt, output }: PlannedLengths,
  { seed, phase, index }: LengthDraw,
): { promptTokens: number; outputTokens: number } {
  if (typeof prompt === 'number' && typeof output === 'number') return { promptTokens: prompt, outputTokens: output }
  const random = seededRandom(mixSeed(seed, LENGTH_SEED, phase, index))
  return { promptTokens: lengthAt(prompt, random()), outputTokens: lengthAt(output, random()) }
}
