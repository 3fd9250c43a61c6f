import type { Card, Model } from '../catalogue/types.ts'
import type { KvElementBytes } from './kv.ts'
import { decodeLimit } from './limit.ts'
import { defaultEfficiency, type Efficiency, type StepLoad, stepTimeMs } from './step-time.ts'

/** A closed loop of equal requests: what the model of a step can say of it before any run. */
export interface ClosedLoop {
  readonly concurrency: number
  readonly promptTokens: number
  readonly outputTokens: number
  /** Prompt tokens that come from the prefix cache. */
  readonly cachedTokens: number
  readonly kvBytesPerElement: KvElementBytes
  readonly gpus: number
}

export interface LoopFigures {
  readonly outputTokensPerS: number
  readonly tpotMs: number
  readonly ttftMs: number
}

/** What a healthy box reaches; the limit that stands beside it is that of `run-limit.ts`. */
export interface Prediction {
  readonly expected: LoopFigures
  /** From the slowest to the fastest box that is well: tokens/s and TPOT outside need a reason. */
  readonly band: { readonly slow: LoopFigures; readonly fast: LoopFigures }
}

/**
 * What healthy boxes reach of the datasheet, at worst and at best. Published decode lies at 0.60 to 0.92 of memory
 * bandwidth (0.75 in the three points that the step model was fitted to); the rest is judgement around the defaults.
 */
const slowest: Efficiency = {
  bandwidth: 0.6,
  attentionBandwidth: 0.5,
  compute: 0.35,
  attentionCompute: 0.3,
  overheadMs: 1.5,
}
const fastest: Efficiency = {
  bandwidth: 0.92,
  attentionBandwidth: 0.9,
  compute: 0.75,
  attentionCompute: 0.65,
  overheadMs: 0.2,
}

/** Expected figure and the band around it; neither passes the physical limit of the loop. */
export function predictClosedLoop(card: Card, model: Model, loop: ClosedLoop): Prediction {
  const { concurrency, promptTokens, cachedTokens, kvBytesPerElement, gpus } = loop
  const contextTokens = promptTokens - cachedTokens
  const most = decodeLimit(card, model, { concurrency, contextTokens, kvBytesPerElement, gpus }).tokensPerS
  const figures = (efficiency: Efficiency): LoopFigures => {
    const loopFigures = closedLoopFigures(card, model, loop, efficiency)
    return { ...loopFigures, outputTokensPerS: Math.min(loopFigures.outputTokensPerS, most) }
  }
  return { expected: figures(defaultEfficiency), band: { slow: figures(slowest), fast: figures(fastest) } }
}

/**
 * Steady state of a closed loop: while one request decodes its tokens, each of the others is prefilled once, and its
 * chunks ride on decode steps. Time of one answer = (outputTokens - 1) · step(all decode, mean context) + concurrency ·
 * what a prefill adds; tokens/s = concurrency · outputTokens / that. TTFT is one prefill among the decodes of the others.
 */
function closedLoopFigures(card: Card, model: Model, loop: ClosedLoop, efficiency: Efficiency): LoopFigures {
  const { concurrency, promptTokens, outputTokens, kvBytesPerElement, gpus } = loop
  const context = promptTokens + outputTokens / 2
  const engine = { card, model, efficiency, gpus }
  const step = (decodes: number, prefills: StepLoad['prefills']) =>
    stepTimeMs(engine, { decodeCount: decodes, decodeContextSum: decodes * context, prefills, kvBytesPerElement })
      .timeMs
  const decodeMs = step(concurrency, [])
  let prefillMs = 0
  let chunks = 0
  for (let done = loop.cachedTokens; done < promptTokens; ) {
    const newTokens = Math.min(promptTokens - done, Math.max(MIN_CHUNK, chunkTokens(card) - (concurrency - 1)))
    const completes = done + newTokens >= promptTokens
    prefillMs += step(concurrency - 1, [{ newTokens, cachedTokens: done, completes }])
    done += newTokens
    chunks += 1
  }
  // without others the step would not have been at all; with them only what the chunk adds to it counts
  const alone = concurrency > 1 ? step(concurrency - 1, []) : 0
  const addedMs = Math.max(0, prefillMs - chunks * alone)
  const decodeSteps = Math.max(1, outputTokens - 1)
  const answerMs = decodeSteps * decodeMs + concurrency * addedMs
  return {
    outputTokensPerS: (concurrency * outputTokens * 1000) / answerMs,
    tpotMs: (decodeSteps * decodeMs + (concurrency - 1) * addedMs) / decodeSteps,
    ttftMs: prefillMs,
  }
}

/** However many decode, a chunk of a prompt moves on. */
const MIN_CHUNK = 16

/** vLLM's default budget of a step (`--max-num-batched-tokens`): 8192 from 70 GB on, 16384 from 160 GB, 2048 below. */
function chunkTokens(card: Card): number {
  const gb = card.vramGb.value
  return gb >= 160 ? 16_384 : gb >= 70 && !card.key.startsWith('a100') ? 8192 : 2048
}
