import { mixSeed, type Random, seededRandom } from '../../plan/random.ts'
import type { Length } from '../../scenario/prompt/length-schema.ts'
import type { EngineConfig } from '../../simulator/engine/engine.ts'
import { BLOCK_SIZE, describeHardware } from '../../simulator/hardware.ts'
import { simulatorDefaults } from '../../simulator/options.ts'
import { type RequestLengths, requestSizes } from '../../size/request-sizes.ts'
import type { RequestSize, SloLimits } from '../../size/served-model.ts'

/** A load and a server whose highest load is known: that of the engine of the simulator. */
export interface SizeWorld {
  readonly name: string
  readonly lengths: RequestLengths
  readonly sizes: readonly RequestSize[]
  readonly slo: SloLimits
  readonly goodShare: number
  readonly burstiness: number
  /** The engine on the start that is measured, and on the start that serves the customer. */
  readonly measured: EngineConfig
  readonly serving: EngineConfig
  readonly concurrencies: readonly number[]
  readonly kvTokens: number
  readonly stepTokens: number
  readonly maxNumSeqs: number
  readonly seed: number
}

/** Deviation of the figures of one trial as a share of their mean, and of one start of a server from another. */
export interface SizeNoise {
  readonly trialShare: number
  readonly ttftShare: number
  readonly startShare: number
}

/** As published of vLLM on idle machines, and a little more. */
export const usualNoise: SizeNoise = { trialShare: 0.01, ttftShare: 0.02, startShare: 0.01 }

const servers = [
  ['rtx-4090', 'llama-3.1-8b-instruct-fp8'],
  ['rtx-5090', 'llama-3.1-8b-instruct-fp8'],
  ['rtx-pro-6000-max-q', 'llama-3.1-8b-instruct-fp8'],
  ['h100-sxm', 'llama-3.1-8b-instruct-fp8'],
  ['a100-80gb', 'llama-3.1-8b-instruct-fp8'],
  ['rtx-3090', 'llama-3.1-8b-instruct-fp8'],
  ['rtx-4090', 'qwen2.5-coder-32b-instruct-awq'],
  ['rtx-pro-6000-max-q', 'qwen2.5-coder-32b-instruct-awq'],
  ['rtx-pro-6000-max-q', 'llama-3.1-70b-instruct-fp8'],
  ['h100-sxm', 'llama-3.1-70b-instruct-fp8'],
] as const

const lognormal = (mean: number, deviation: number, min: number, max: number): Length => ({
  distribution: 'lognormal',
  mean,
  deviation,
  min,
  max,
})
const lengths: readonly (readonly [prompt: Length, output: Length])[] = [
  [128, 512],
  [512, 128],
  [1024, 256],
  [4096, 256],
  [2048, 64],
  [lognormal(1000, 1200, 64, 8000), lognormal(250, 200, 8, 1500)],
  [lognormal(300, 300, 16, 3000), lognormal(400, 350, 16, 2000)],
  [
    { distribution: 'uniform', min: 500, max: 3500 },
    { distribution: 'uniform', min: 50, max: 350 },
  ],
]
const loadLists = [
  [1, 2, 4, 8, 16, 32, 64, 128, 256],
  [1, 4, 16, 64, 256],
  [1, 8, 32, 128],
  [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256],
]
/** HTTP and the hop to the engine, as in the simulator. */
const FRONT_END_MS = 5
const MAX_MODEL_LEN = 12_288

/** A world of a seed: card, model, lengths, SLO, arrivals and noise are drawn. Null where the model does not fit. */
export function sizeWorld(seed: number, noise: SizeNoise): SizeWorld | null {
  const random = seededRandom(mixSeed(seed, 1))
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
  const [card, model] = pick(servers)
  const [promptTokens, outputTokens] = pick(lengths)
  const requestLengths = { promptTokens, cachedTokens: 0, outputTokens }
  const sizes = requestSizes(requestLengths, seed)
  const maxNumSeqs = pick([64, 128, 256, 256])
  const hardware = hardwareOf(card, model, maxNumSeqs)
  if (hardware === null) return null
  const config = (startFactor: number, engineSeed: number): EngineConfig => ({
    blockSize: BLOCK_SIZE,
    blockCount: hardware.gpuBlocks,
    maxNumSeqs,
    maxNumBatchedTokens: hardware.maxNumBatchedTokens,
    prefixCaching: false,
    maxModelLen: MAX_MODEL_LEN,
    vocab: 1000,
    seed: engineSeed,
    frontEndMs: FRONT_END_MS,
    jitterCv: 0.015,
    warmupExcess: 0,
    warmupSteps: 1,
    costOf: (work) => {
      const cost = hardware.costOf(work)
      return { ...cost, timeMs: cost.timeMs * startFactor }
    },
  })
  const step = (decodeCount: number, newTokens: number) =>
    hardware.costOf({
      scheduled: [],
      decodeCount,
      decodeContextSum: decodeCount * 1000,
      prefills: newTokens === 0 ? [] : [{ newTokens, cachedTokens: 0, completes: true }],
      tokenCount: decodeCount + newTokens,
    }).timeMs
  const longest = sizes.reduce((most, size) => Math.max(most, size.promptTokens), 0)
  // an SLO that one request alone keeps with room to spare, from strict to generous
  const slo = {
    ttftMs: Math.round((step(1, longest) + FRONT_END_MS) * between(random, 2, 12)),
    ...(random() < 0.85 ? { tpotMs: Math.round(step(1, 0) * between(random, 1.5, 5) * 10) / 10 } : {}),
  }
  return {
    name: `${card} ${model}`,
    lengths: requestLengths,
    sizes,
    slo,
    goodShare: pick([0.99, 0.99, 0.99, 0.95]),
    burstiness: pick([1, 1, 1, 0.5]),
    measured: config(1 + noise.startShare * normal(random), mixSeed(seed, 2)),
    serving: config(1 + noise.startShare * normal(random), mixSeed(seed, 3)),
    concurrencies: pick(loadLists),
    kvTokens: (hardware.gpuBlocks - 1) * BLOCK_SIZE,
    stepTokens: hardware.maxNumBatchedTokens,
    maxNumSeqs,
    seed,
  }
}

function hardwareOf(card: string, model: string, maxNumSeqs: number) {
  try {
    return describeHardware({ ...simulatorDefaults, card, model, maxNumSeqs, maxModelLen: MAX_MODEL_LEN })
  } catch {
    return null
  }
}

const between = (random: Random, low: number, high: number): number => low * (high / low) ** random()

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
