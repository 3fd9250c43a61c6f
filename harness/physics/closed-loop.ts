import type { EngineCard } from '../catalogue/own/known.ts'
import type { Model } from '../catalogue/types.ts'
import { efficiencyOf, efficiencyOfKnownMemory } from './efficiency.ts'
import { decodeLimit } from './limit.ts'
import type { KvElementBytes } from './model/kv.ts'
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
  /** What a copy within the memory reached / what it usually reaches on such a card; null or absent where not measured. */
  readonly copyShare?: number | null
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
export function predictClosedLoop(card: EngineCard, model: Model, loop: ClosedLoop): Prediction {
  const { concurrency, promptTokens, cachedTokens, kvBytesPerElement, gpus } = loop
  const contextTokens = promptTokens - cachedTokens
  const limitTokensPerS = decodeLimit(card, model, { concurrency, contextTokens, kvBytesPerElement, gpus }).tokensPerS
  const powerLimitW = loop.powerLimitW ?? card.tdpW.value
  const figures = (engine: Pick<StepEngine, 'efficiency' | 'edition' | 'powerLimitW'>): LoopMetrics => {
    const metrics = closedLoopMetrics({ card, model, gpus, powerLimitW, ...engine }, loop)
    return { ...metrics, outputTokensPerS: Math.min(metrics.outputTokensPerS, limitTokensPerS) }
  }
  const efficiency = efficiencyOf(card, model)
  const known = loop.copyShare == null ? null : efficiencyOfKnownMemory(card, model, loop.copyShare)
  const usual = known?.expected ?? efficiency.expected
  const expected = figures({ efficiency: usual })
  const unlimited = figures({ efficiency: usual, powerLimitW: Number.POSITIVE_INFINITY })
  // how much less power an edition needs is known from tensor load only, so the slow edge does not count on it
  const slowEdges = [efficiency.slow, ...(known === null ? [] : [known.slow])].map((slowest) =>
    figures({ efficiency: slowest, edition: 1 }),
  )
  // what was measured can only narrow the range
  const slow = slowEdges.reduce((one, other) => (other.outputTokensPerS > one.outputTokensPerS ? other : one))
  const fast = figures({ efficiency: efficiency.fast })
  return {
    expected,
    band: { slow, fast },
    unseenLoss: 1 - slow.outputTokensPerS / expected.outputTokensPerS,
    keptAtPowerLimit: expected.outputTokensPerS / unlimited.outputTokensPerS,
  }
}

/**
 * Steady state of a closed loop: while one request decodes, each other request is prefilled once, and its chunks ride on
 * decode steps. Time of one answer = prefill steps of all requests + the decode steps that are left without a prefill.
 * Short answers leave too few decode steps for one prompt each, so prompts share a step as far as its token budget goes.
 * tokens/s = concurrency · outputTokens / that time. TTFT is one prefill beside the other decodes. Power is the energy of
 * these steps over their time.
 */
export function closedLoopMetrics(engine: StepEngine, loop: ClosedLoop): LoopMetrics {
  const { concurrency, promptTokens, outputTokens, kvBytesPerElement } = loop
  const context = promptTokens + outputTokens / 2
  const step = (decodes: number, prefills: StepLoad['prefills']) =>
    stepTimeMs(engine, { decodeCount: decodes, decodeContextSum: decodes * context, prefills, kvBytesPerElement })
  const decode = step(concurrency, [])
  const prompts = promptsPerStep(engine.card, loop)
  let prefillMs = 0
  let prefillMj = 0
  let chunks = 0
  for (let done = loop.cachedTokens; done < promptTokens; ) {
    const newTokens = Math.min(promptTokens - done, Math.max(MIN_CHUNK, chunkTokens(engine.card) - (concurrency - 1)))
    const chunk = { newTokens, cachedTokens: done, completes: done + newTokens >= promptTokens }
    const { timeMs, powerW } = step(concurrency - prompts, new Array(prompts).fill(chunk))
    prefillMs += timeMs
    prefillMj += timeMs * powerW
    done += newTokens
    chunks += 1
  }
  const rounds = concurrency / prompts
  // a request decodes in the prefill steps of the others
  const decodeSteps = Math.max(0, outputTokens - 1 - (rounds - 1) * chunks)
  const answerMs = rounds * prefillMs + decodeSteps * decode.timeMs
  const answerMj = rounds * prefillMj + decodeSteps * decode.timeMs * decode.powerW
  return {
    outputTokensPerS: (concurrency * outputTokens * 1000) / answerMs,
    tpotMs: outputTokens > 1 ? (answerMs - prefillMs) / (outputTokens - 1) : decode.timeMs,
    ttftMs: prefillMs,
    powerW: Math.min(engine.powerLimitW ?? Number.POSITIVE_INFINITY, answerMj / answerMs),
  }
}

/** Prompts that share a step: one, unless the answers are too short for that and the prompts fit into its token budget. */
function promptsPerStep(
  card: EngineCard,
  { concurrency, promptTokens, cachedTokens, outputTokens }: ClosedLoop,
): number {
  const needed = Math.ceil(concurrency / outputTokens)
  const fitting = Math.floor((chunkTokens(card) - (concurrency - 1)) / (promptTokens - cachedTokens))
  return Math.max(1, Math.min(needed, fitting))
}

/** Minimum chunk of a prompt per step, at any number of decoding sequences. */
const MIN_CHUNK = 16

/** vLLM's default token budget per step (`--max-num-batched-tokens`): 2048, 8192 from 70 GB on, 16384 from 160 GB on. */
export function chunkTokens(card: EngineCard): number {
  const gb = card.vramGb.value
  return gb >= 160 ? 16_384 : gb >= 70 && !card.key.startsWith('a100') ? 8192 : 2048
}
