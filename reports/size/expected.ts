import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { engineCard } from '../../harness/catalogue/own/known.ts'
import { modelByKey, whyNoModel } from '../../harness/catalogue/own-models.ts'
import { chunkTokens, predictClosedLoop } from '../../harness/physics/closed-loop.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../harness/physics/gpu-memory-utilization.ts'
import { kvCapacityTokens } from '../../harness/physics/memory.ts'
import { kvElementBytes } from '../../harness/physics/model/kv.ts'
import { servingFit } from '../../harness/physics/serving-fit.ts'
import { statedContextTokens } from '../../harness/scenario/prompt/length.ts'
import type { LoadSpread } from '../../harness/size/capacity.ts'
import type { ServerLimits } from '../../harness/size/fit-server.ts'
import type { RequestSize } from '../../harness/size/served-model.ts'
import { sizesOf, type TextScenario } from './size-case.ts'

/** The loads that a card is expected to show, with its limits and its power at the highest. */
export interface ExpectedLoads {
  readonly loads: readonly LoadSpread[]
  readonly limits: ServerLimits
  readonly gpus: number
  /** Of all GPUs, by requests in flight. */
  readonly loadWAt: (concurrency: number) => number
}

/** vLLM's default of `--max-num-seqs`. */
export const DEFAULT_PLACES = 256

/**
 * What a card is expected to show of a scenario, by the step model of `predict`: usual servers as the mean, the slow and the fast edge
 * of healthy ones as the interval. A reason where it does not fit, or where card or model are not known well enough.
 */
export function expectedLoads(scenario: TextScenario, card: CardEntry): ExpectedLoads | { readonly reason: string } {
  const { server = {} } = scenario
  const gpus = server.tensorParallel ?? 1
  const model = modelByKey(scenario.model)
  if (model === null) return { reason: whyNoModel({ scenario }) }
  const known = engineCard(card, gpus)
  if ('reason' in known) return known
  const fit = servingFit(known, model, server, statedContextTokens(scenario))
  if (!fit.fits) return { reason: `does not fit: ${fit.evidence}` }
  const kvBytesPerElement = kvElementBytes(server.kvCacheDtype)
  const gpuMemoryUtilization = server.gpuMemoryUtilization ?? DEFAULT_GPU_MEMORY_UTILIZATION
  const kvTokens = kvCapacityTokens(known, model, { kvBytesPerElement, gpuMemoryUtilization, gpus })
  const mostRunning = server.maxNumSeqs ?? DEFAULT_PLACES
  const sizes = sizesOf(scenario)
  const mean = (of: (size: RequestSize) => number) =>
    Math.max(1, Math.round(sizes.reduce((sum, size) => sum + of(size), 0) / sizes.length))
  const promptTokens = mean((size) => size.promptTokens)
  const outputTokens = mean((size) => size.outputTokens)
  const cachedTokens = Math.min(promptTokens - 1, mean((size) => size.cachedTokens + 1) - 1)
  const atOnce = Math.max(1, Math.min(mostRunning, Math.floor(kvTokens / (promptTokens + outputTokens))))
  const powerLimitW = scenario.powerLimitW ?? null
  const predicted = loadsUpTo(atOnce).map((concurrency) => {
    const loop = { concurrency, promptTokens, outputTokens, cachedTokens, kvBytesPerElement, gpus, powerLimitW }
    return { concurrency, ...predictClosedLoop(known, model, loop) }
  })
  const loads = predicted.map(({ concurrency, expected, band }) => ({
    concurrency,
    outputTokensPerS: {
      mean: expected.outputTokensPerS,
      ci95: [band.slow.outputTokensPerS, band.fast.outputTokensPerS] as const,
    },
    ttftMs: { mean: expected.ttftMs, ci95: [band.fast.ttftMs, band.slow.ttftMs] as const },
    promptTokens: promptTokens - cachedTokens,
  }))
  const loadWAt = (inFlight: number) =>
    (predicted.find(({ concurrency }) => concurrency >= inFlight) ?? predicted.at(-1)!).expected.powerW * gpus
  return { loads, limits: { stepTokens: chunkTokens(known), mostRunning, kvTokens }, gpus, loadWAt }
}

/** Powers of two up to a load, and that load. */
function loadsUpTo(most: number): number[] {
  const loads = []
  for (let load = 1; load < most; load *= 2) loads.push(load)
  return [...loads, most]
}
