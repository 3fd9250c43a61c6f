import type { Card, Model } from '../catalogue/types.ts'
import type { KvElementBytes } from './kv.ts'
import { decodeLimit } from './limit.ts'
import { defaultEfficiency, type Efficiency, type StepLoad, stepTimeMs } from './step-time.ts'

/** A closed loop of equal requests, whose performance the step-time model predicts. */
export interface ClosedLoop {
  readonly concurrency: number
  readonly promptTokens: number
  readonly outputTokens: number
  /** Prompt tokens that come from the prefix cache. */
  readonly cachedTokens: number
  readonly kvBytesPerElement: KvElementBytes
  readonly gpus: number
}

export interface LoopMetrics {
  readonly outputTokensPerS: number
  readonly tpotMs: number
  readonly ttftMs: number
}

/** The expected performance of a healthy server. Its physical limit is in `run-limit.ts`. */
export interface Prediction {
  readonly expected: LoopMetrics
  /** From the slowest to the fastest healthy server: tokens/s and TPOT outside this range require an explanation. */
  readonly band: { readonly slow: LoopMetrics; readonly fast: LoopMetrics }
}

/**
 * The share of datasheet rates that healthy servers reach, minimum and maximum. Published decode is at 0.60 to 0.92 of
 * memory bandwidth (0.75 in the three points used to fit the step model); the rest is an estimate around the defaults.
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

/** Expected performance and the range around it, both capped at the physical limit of the loop. */
export function predictClosedLoop(card: Card, model: Model, loop: ClosedLoop): Prediction {
  const { concurrency, promptTokens, cachedTokens, kvBytesPerElement, gpus } = loop
  const contextTokens = promptTokens - cachedTokens
  const limitTokensPerS = decodeLimit(card, model, { concurrency, contextTokens, kvBytesPerElement, gpus }).tokensPerS
  const figures = (efficiency: Efficiency): LoopMetrics => {
    const loopMetrics = closedLoopMetrics(card, model, loop, efficiency)
    return { ...loopMetrics, outputTokensPerS: Math.min(loopMetrics.outputTokensPerS, limitTokensPerS) }
  }
  return { expected: figures(defaultEfficiency), band: { slow: figures(slowest), fast: figures(fastest) } }
}

/**
 * Steady state of a closed loop: while one request decodes its tokens, each other request is prefilled once, and its
 * chunks ride on decode steps. Time of one answer = (outputTokens - 1) · step(all decode, mean context) + concurrency ·
 * time added by a prefill; tokens/s = concurrency · outputTokens / that. TTFT is one prefill during the other decodes.
 */
function closedLoopMetrics(card: Card, model: Model, loop: ClosedLoop, efficiency: Efficiency): LoopMetrics {
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
  // alone, a prefill is a step of its own; beside decodes, only the time that the chunk adds to a step counts
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

/** Minimum chunk of a prompt per step, at any number of decoding sequences. */
const MIN_CHUNK = 16

/** vLLM's default token budget per step (`--max-num-batched-tokens`): 2048, 8192 from 70 GB on, 16384 from 160 GB on. */
function chunkTokens(card: Card): number {
  const gb = card.vramGb.value
  return gb >= 160 ? 16_384 : gb >= 70 && !card.key.startsWith('a100') ? 8192 : 2048
}
