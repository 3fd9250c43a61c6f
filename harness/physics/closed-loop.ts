import type { Card, Model } from '../catalogue/types.ts'
import { efficiencyOf } from './efficiency.ts'
import type { KvElementBytes } from './kv.ts'
import { decodeLimit } from './limit.ts'
import { type StepEngine, type StepLoad, stepTimeMs } from './step-time.ts'

/** A closed loop of equal requests, whose performance the step-time model predicts. */
export interface ClosedLoop {
  readonly concurrency: number
  readonly promptTokens: number
  readonly outputTokens: number
  /** Prompt tokens that come from the prefix cache. */
  readonly cachedTokens: number
  readonly kvBytesPerElement: KvElementBytes
  readonly gpus: number
  /** Power limit that the driver enforces on each GPU, in W; the card's own unless given. */
  readonly powerLimitW?: number | null
}

export interface LoopMetrics {
  readonly outputTokensPerS: number
  readonly tpotMs: number
  readonly ttftMs: number
  /** Mean power of each GPU, in W: a model (power/demand.ts) that public readings confirm for Ada and RTX Blackwell only. */
  readonly powerW: number
}

/** The expected performance of a healthy server at its power limit. Its physical limit is in `run-limit.ts`. */
export interface Prediction {
  readonly expected: LoopMetrics
  /** From the slowest to the fastest healthy server: tokens/s and TPOT outside this range require an explanation. */
  readonly band: { readonly slow: LoopMetrics; readonly fast: LoopMetrics }
  /** Loss of tokens/s that a server which reaches the expectation can have and still be inside the band, 0 to 1. */
  readonly unseenLoss: number
  /** Share of its unlimited throughput that the expected server keeps at the power limit; 1 where it does not bind. */
  readonly keptAtPowerLimit: number
}

/** Expected performance and the range around it, all capped at the physical limit of the loop. */
export function predictClosedLoop(card: Card, model: Model, loop: ClosedLoop): Prediction {
  const { concurrency, promptTokens, cachedTokens, kvBytesPerElement, gpus } = loop
  const contextTokens = promptTokens - cachedTokens
  const limitTokensPerS = decodeLimit(card, model, { concurrency, contextTokens, kvBytesPerElement, gpus }).tokensPerS
  const powerLimitW = loop.powerLimitW ?? card.tdpW.value
  const figures = (engine: Pick<StepEngine, 'efficiency' | 'edition' | 'powerLimitW'>): LoopMetrics => {
    const metrics = closedLoopMetrics({ card, model, gpus, powerLimitW, ...engine }, loop)
    return { ...metrics, outputTokensPerS: Math.min(metrics.outputTokensPerS, limitTokensPerS) }
  }
  const efficiency = efficiencyOf(card, model)
  const expected = figures({ efficiency: efficiency.expected })
  const unlimited = figures({ efficiency: efficiency.expected, powerLimitW: Number.POSITIVE_INFINITY })
  // how much less power an edition needs is known from tensor load only, so the slow edge does not count on it
  const slow = figures({ efficiency: efficiency.slow, edition: 1 })
  const fast = figures({ efficiency: efficiency.fast })
  return {
    expected,
    band: { slow, fast },
    unseenLoss: 1 - slow.outputTokensPerS / expected.outputTokensPerS,
    keptAtPowerLimit: expected.outputTokensPerS / unlimited.outputTokensPerS,
  }
}

/**
 * Steady state of a closed loop: while one request decodes its tokens, each other request is prefilled once, and its
 * chunks ride on decode steps. Time of one answer = (outputTokens - 1) · step(all decode, mean context) + concurrency ·
 * time added by a prefill; tokens/s = concurrency · outputTokens / that. TTFT is one prefill during the other decodes. Power is the
 * energy of these steps over their time.
 */
function closedLoopMetrics(engine: StepEngine, loop: ClosedLoop): LoopMetrics {
  const { concurrency, promptTokens, outputTokens, kvBytesPerElement } = loop
  const context = promptTokens + outputTokens / 2
  const step = (decodes: number, prefills: StepLoad['prefills']) =>
    stepTimeMs(engine, { decodeCount: decodes, decodeContextSum: decodes * context, prefills, kvBytesPerElement })
  const decode = step(concurrency, [])
  let prefillMs = 0
  let prefillMj = 0
  let chunks = 0
  for (let done = loop.cachedTokens; done < promptTokens; ) {
    const newTokens = Math.min(promptTokens - done, Math.max(MIN_CHUNK, chunkTokens(engine.card) - (concurrency - 1)))
    const completes = done + newTokens >= promptTokens
    const { timeMs, powerW } = step(concurrency - 1, [{ newTokens, cachedTokens: done, completes }])
    prefillMs += timeMs
    prefillMj += timeMs * powerW
    done += newTokens
    chunks += 1
  }
  // alone, a prefill is a step of its own; beside decodes, only the time that the chunk adds to a step counts
  const alone = concurrency > 1 ? step(concurrency - 1, []) : { timeMs: 0, powerW: 0 }
  const addedMs = Math.max(0, prefillMs - chunks * alone.timeMs)
  const addedMj = Math.max(0, prefillMj - chunks * alone.timeMs * alone.powerW)
  const decodeSteps = Math.max(1, outputTokens - 1)
  const answerMs = decodeSteps * decode.timeMs + concurrency * addedMs
  const answerMj = decodeSteps * decode.timeMs * decode.powerW + concurrency * addedMj
  return {
    outputTokensPerS: (concurrency * outputTokens * 1000) / answerMs,
    tpotMs: (decodeSteps * decode.timeMs + (concurrency - 1) * addedMs) / decodeSteps,
    ttftMs: prefillMs,
    powerW: Math.min(engine.powerLimitW ?? Number.POSITIVE_INFINITY, answerMj / answerMs),
  }
}

/** Minimum chunk of a prompt per step, at any number of decoding sequences. */
const MIN_CHUNK = 16

/** vLLM's default token budget per step (`--max-num-batched-tokens`): 2048, 8192 from 70 GB on, 16384 from 160 GB on. */
function chunkTokens(card: Card): number {
  const gb = card.vramGb.value
  return gb >= 160 ? 16_384 : gb >= 70 && !card.key.startsWith('a100') ? 8192 : 2048
}
