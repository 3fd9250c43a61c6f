import type { Card, Model } from '../catalogue/types.ts'
import { allReduceMs } from './interconnect.ts'
import { type KvElementBytes, kvBytesPerToken } from './kv.ts'
import { headParams, weightBytesRead } from './weights.ts'

/** The work of one engine step: decodes and chunks of prompts. */
export interface StepLoad {
  /** Sequences that decode one token. */
  readonly decodeCount: number
  /** Sum of their contexts, in tokens. */
  readonly decodeContextSum: number
  readonly prefills: readonly {
    readonly newTokens: number
    /** Tokens of the prompt that are already computed or cached. */
    readonly cachedTokens: number
    /** Whether the prompt is complete with this chunk, so that a token is sampled. */
    readonly completes: boolean
  }[]
  readonly kvBytesPerElement: KvElementBytes
}

/** Shares of the datasheet rates that kernels reach, and the fixed cost of a step. */
export interface Efficiency {
  readonly bandwidth: number
  readonly attentionBandwidth: number
  readonly compute: number
  readonly attentionCompute: number
  readonly overheadMs: number
}

/** Fits three published decode timings (H100, A100-40, L4) within 5 %; override where a server has been measured. */
export const defaultEfficiency: Efficiency = {
  bandwidth: 0.75,
  attentionBandwidth: 0.7,
  compute: 0.55,
  attentionCompute: 0.45,
  overheadMs: 0.5,
}

/** The model on its cards, and the shares of the datasheet rates that it reaches. */
export interface StepEngine {
  readonly card: Card
  readonly model: Model
  readonly efficiency: Efficiency
  /** GPUs that share the model (tensor parallel); 1 unless given. */
  readonly gpus?: number
}

export interface StepTime {
  readonly timeMs: number
  readonly bytesRead: number
  readonly flops: number
  readonly boundBy: 'memory' | 'compute'
  /** Share of the step that waits for memory, or for arithmetic; the rest is overhead. */
  readonly memoryShare: number
  readonly computeShare: number
}

/** Dense TFLOPS of the matrix products. AWQ is unpacked and computed in 16 bits, as is FP8 without FP8 units. */
const linearTflops = (card: Card, model: Model): number =>
  model.weightFormat === 'fp8' ? (card.fp8Tflops ?? card.fp16Tflops).value : card.fp16Tflops.value

/**
 * Expected time of one engine step: matrix products and attention run in sequence, each bound by memory or by
 * arithmetic (a single maximum over both would under-predict mixed steps):
 * max(flopsLinear/(F·eC), bytesWeights/(B·eB)) + max(flopsAttention/(F16·eAC), bytesKv/(B·eAB)) + all-reduces + overhead.
 * The terms are those of vLLM's own estimator (vllm/v1/metrics/perf.py). `gpus` splits FLOPs and bytes (tensor
 * parallel); `bytesRead` and `flops` are those of all GPUs together.
 */
export function stepTimeMs(engine: StepEngine, load: StepLoad): StepTime {
  const { card, model, efficiency, gpus = 1 } = engine
  let tokens = load.decodeCount
  let logits = load.decodeCount
  let kvTokens = load.decodeContextSum
  let attended = load.decodeContextSum
  for (const { newTokens, cachedTokens, completes } of load.prefills) {
    tokens += newTokens
    if (completes) logits += 1
    kvTokens += cachedTokens + newTokens
    attended += newTokens * cachedTokens + (newTokens * newTokens) / 2
  }
  const linearFlops = 2 * model.activeLinearParams * tokens + 2 * headParams(model) * logits
  const attentionFlops = 4 * model.layers * model.attentionHeads * model.headDim * attended
  const weightBytes = weightBytesRead(model, tokens, 'expected')
  const kvBytes = kvBytesPerToken(model, load.kvBytesPerElement) * kvTokens
  const bytesPerMs = card.memoryBandwidthGBs.value * 1e6 * gpus
  const linearFlopsPerMs = linearTflops(card, model) * 1e9 * gpus
  const attentionFlopsPerMs = card.fp16Tflops.value * 1e9 * gpus
  const linearMemoryMs = weightBytes / (bytesPerMs * efficiency.bandwidth)
  const linearComputeMs = linearFlops / (linearFlopsPerMs * efficiency.compute)
  const attentionMemoryMs = kvBytes / (bytesPerMs * efficiency.attentionBandwidth)
  const attentionComputeMs = attentionFlops / (attentionFlopsPerMs * efficiency.attentionCompute)
  // the longer time is the one that a part waits for; the simulator calls this every step, so nothing is allocated
  const linearWaits = linearMemoryMs >= linearComputeMs
  const attentionWaits = attentionMemoryMs >= attentionComputeMs
  const memoryMs = (linearWaits ? linearMemoryMs : 0) + (attentionWaits ? attentionMemoryMs : 0)
  const computeMs = (linearWaits ? 0 : linearComputeMs) + (attentionWaits ? 0 : attentionComputeMs)
  const timeMs = memoryMs + computeMs + allReduceMs(card, model, tokens, gpus) + efficiency.overheadMs
  return {
    timeMs,
    bytesRead: weightBytes + kvBytes,
    flops: linearFlops + attentionFlops,
    boundBy: computeMs > memoryMs ? 'compute' : 'memory',
    memoryShare: memoryMs / timeMs,
    computeShare: computeMs / timeMs,
  }
}
