import type { EngineCard } from '../catalogue/own/known.ts'
import type { Model } from '../catalogue/types.ts'
import { allReduceMs } from './interconnect.ts'
import { decodeFlops, prefillFlops } from './model/attention-work.ts'
import { type KvElementBytes, kvBytesRead, kvBytesReadByPrompt } from './model/kv.ts'
import { headParams, weightBytesRead } from './model/weights.ts'
import { demandW, editionShare, idlePowerW } from './power/demand.ts'
import { powerShareAtClock, speedShare } from './power/limited-speed.ts'

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
  /** Of reading the weights, and of the matrix products, by their format: AWQ is unpacked inside the kernel. */
  readonly bandwidth: Readonly<Record<Model['weightFormat'], number>>
  readonly attentionBandwidth: number
  readonly compute: Readonly<Record<Model['weightFormat'], number>>
  readonly attentionCompute: number
  readonly overheadMs: number
}

/** The model on its cards, and the shares of the datasheet rates that it reaches. */
export interface StepEngine {
  readonly card: EngineCard
  readonly model: Model
  readonly efficiency: Efficiency
  /** GPUs that share the model (tensor parallel); 1 unless given. */
  readonly gpus?: number
  /** Power limit that the driver enforces on each of them, in W; the card's own unless given. */
  readonly powerLimitW?: number
  /** Share of the full SM clock at which it is locked; 1 unless given. Memory has a clock of its own. */
  readonly clockShare?: number
  /** Share of the usual power that the same work costs on this edition (power/demand.ts); the card's own unless given. */
  readonly edition?: number
}

export interface StepTime {
  readonly timeMs: number
  readonly bytesRead: number
  readonly flops: number
  readonly boundBy: 'memory' | 'compute'
  /** Share of the step that waits for memory, or for arithmetic; the rest is overhead. */
  readonly memoryShare: number
  readonly computeShare: number
  /** Shares of the datasheet's bandwidth and arithmetic rate that are reached at the full clock. */
  readonly bandwidthShare: number
  readonly arithmeticShare: number
  /** Share of its speed at full clock that the power limit leaves. */
  readonly speedShare: number
  /** Mean power of each GPU during the step, in W. */
  readonly powerW: number
}

/** Dense TFLOPS of weights that are unpacked to 16 bits inside the product. */
const unpackedTflops = (card: EngineCard): number => Math.max(card.fp16Tflops.value, card.int8Tops.value / 2)

/**
 * Dense TFLOPS of the matrix products, of which `compute` is a share. FP8 without FP8 units is computed in 16 bits. AWQ
 * follows the rate with 16-bit accumulation, half the INT8 rate: an RTX 4090 under 241 streams shows no halved rate.
 */
function linearTflops(card: EngineCard, model: Model): number {
  const inEight = (card.fp8Tflops ?? card.fp16Tflops).value
  switch (model.weightFormat) {
    case 'fp8':
      return inEight
    case 'int8':
      return card.int8Tops.value
    case 'nvfp4':
      return card.fp4Tflops?.value ?? unpackedTflops(card)
    case 'bf16':
    case 'nf4':
      return card.fp16Tflops.value
    case 'awq-int4':
    case 'mxfp4':
    case 'gguf':
      return unpackedTflops(card)
  }
}

/**
 * Expected time of one engine step: matrix products and attention run in sequence, each bound by memory or by
 * arithmetic (a single maximum over both would under-predict mixed steps):
 * max(flopsLinear/(F·eC), bytesWeights/(B·eB)) + max(flopsAttention/(F16·eAC), bytesKv/(B·eAB)) + all-reduces + overhead.
 * The terms are those of vLLM's own estimator (vllm/v1/metrics/perf.py). `gpus` splits FLOPs and bytes (tensor
 * parallel); `bytesRead` and `flops` are those of all GPUs together. A power limit below the power that the step demands
 * makes it longer (power/limited-speed.ts); a locked clock makes arithmetic and the fixed cost longer, and reading not.
 */
export function stepTimeMs(engine: StepEngine, load: StepLoad): StepTime {
  const { card, model, efficiency, gpus = 1, powerLimitW = card.tdpW.value, edition = editionShare(card) } = engine
  const { clockShare = 1 } = engine
  let tokens = load.decodeCount
  let logits = load.decodeCount
  let attentionFlops = decodeFlops(model, load.decodeCount, load.decodeContextSum)
  let kvBytes = kvBytesRead(model, load.kvBytesPerElement, load.decodeCount, load.decodeContextSum)
  for (const { newTokens, cachedTokens, completes } of load.prefills) {
    tokens += newTokens
    if (completes) logits += 1
    attentionFlops += prefillFlops(model, newTokens, cachedTokens)
    kvBytes += kvBytesReadByPrompt(model, load.kvBytesPerElement, newTokens, cachedTokens)
  }
  const linearFlops = 2 * model.activeLinearParams * tokens + 2 * headParams(model) * logits
  const weightBytes = weightBytesRead(model, tokens, 'expected')
  const bytesPerMs = card.memoryBandwidthGBs.value * 1e6 * gpus
  const linearFlopsPerMs = linearTflops(card, model) * 1e9 * gpus
  const attentionFlopsPerMs = card.fp16Tflops.value * 1e9 * gpus
  const linearMemoryMs = weightBytes / (bytesPerMs * efficiency.bandwidth[model.weightFormat])
  const linearComputeMs = linearFlops / (linearFlopsPerMs * efficiency.compute[model.weightFormat])
  const attentionMemoryMs = kvBytes / (bytesPerMs * efficiency.attentionBandwidth)
  const attentionComputeMs = attentionFlops / (attentionFlopsPerMs * efficiency.attentionCompute)
  // the longer time is the one that a part waits for; the simulator calls this every step, so little is allocated
  const linearWaits = linearMemoryMs >= linearComputeMs
  const attentionWaits = attentionMemoryMs >= attentionComputeMs
  const memoryMs = (linearWaits ? linearMemoryMs : 0) + (attentionWaits ? attentionMemoryMs : 0)
  const computeMs = (linearWaits ? 0 : linearComputeMs) + (attentionWaits ? 0 : attentionComputeMs)
  const fullClockMs = memoryMs + computeMs + allReduceMs(card, model, tokens, gpus) + efficiency.overheadMs
  const activity = {
    busy: 1,
    memoryShare: memoryMs / fullClockMs,
    computeShare: computeMs / fullClockMs,
    bandwidthShare: (weightBytes + kvBytes) / (bytesPerMs * fullClockMs),
    arithmeticShare: (linearFlops / linearFlopsPerMs + attentionFlops / attentionFlopsPerMs) / fullClockMs,
  }
  const clockedMs =
    clockShare >= 1
      ? fullClockMs
      : Math.max(linearMemoryMs, linearComputeMs / clockShare) +
        Math.max(attentionMemoryMs, attentionComputeMs / clockShare) +
        allReduceMs(card, model, tokens, gpus) +
        efficiency.overheadMs / clockShare
  const idleW = idlePowerW(card)
  const demand = idleW + (demandW(card, activity, edition) - idleW) * powerShareAtClock(clockShare)
  const kept = speedShare({ demandW: demand, limitW: powerLimitW, idleW })
  return {
    timeMs: clockedMs / kept,
    bytesRead: weightBytes + kvBytes,
    flops: linearFlops + attentionFlops,
    boundBy: computeMs > memoryMs ? 'compute' : 'memory',
    memoryShare: activity.memoryShare,
    computeShare: activity.computeShare,
    bandwidthShare: activity.bandwidthShare,
    arithmeticShare: activity.arithmeticShare,
    speedShare: kept,
    powerW: Math.min(demand, powerLimitW),
  }
}
