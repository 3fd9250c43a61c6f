import type { LimitCard } from '../../catalogue/own/known.ts'
import type { PartlyKnownModel } from '../../catalogue/types.ts'
import { bytesFromMemory, peakBandwidthGBs, type Reading } from '../bandwidth.ts'
import type { DecodeLimit } from '../limit.ts'

/**
 * The limit of a model whose layers are not known: each step reads at least its weights, whatever it computes. KV cache and
 * arithmetic count as nothing, so the limit is higher than that of a known model and no valid result exceeds it.
 */
export function weightsLimit(
  card: LimitCard,
  model: PartlyKnownModel,
  load: Reading & { readonly concurrency: number },
): DecodeLimit | { readonly reason: string } {
  const { concurrency, gpus = 1 } = load
  const why = model.unknown.map(({ what, reason }) => `${what} unknown: ${reason}`).join('; ')
  const bytesPerStep = model.leastBytesRead
  if (bytesPerStep === null) return { reason: `${model.key}: ${why || 'nothing is known of it'}` }
  const bandwidthGBs = peakBandwidthGBs(card, load)
  const stepMs = bytesFromMemory(card, bytesPerStep, gpus) / (bandwidthGBs * 1e6)
  if (stepMs === 0) return { reason: `${model.key}: its weights fit into the L2 cache, and ${why}` }
  const tokensPerS = (concurrency / stepMs) * 1000
  const cost = `(${(bytesPerStep / 1e9).toFixed(2)} GB of weights per step - ${card.l2Mb.value * gpus} MiB of L2) / ${bandwidthGBs.toFixed(0)} GB/s = ${stepMs.toFixed(2)} ms`
  const formula = `${concurrency} / (${cost}) = ${tokensPerS.toFixed(1)} tokens/s; bound by its weights alone (${why})`
  return { tokensPerS, stepMs, bytesPerStep, flopsPerStep: 0, boundBy: 'memory', formula }
}
