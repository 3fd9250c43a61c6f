import { weightFormats } from '../catalogue/model-schema.ts'
import type { EngineCard } from '../catalogue/own/known.ts'
import type { Model } from '../catalogue/types.ts'
import type { Efficiency } from './step-time.ts'

/** The formats of which measurements are public, and which of them the others are taken to be like. */
type Measured = 'bf16' | 'fp8' | 'awq-int4'
const like: Readonly<Record<Model['weightFormat'], Measured>> = {
  bf16: 'bf16',
  fp8: 'fp8',
  int8: 'fp8',
  'awq-int4': 'awq-int4',
  nvfp4: 'awq-int4',
  mxfp4: 'awq-int4',
  nf4: 'awq-int4',
  gguf: 'awq-int4',
}

function shares(of: Readonly<Record<Measured, number>>): Efficiency['bandwidth'] {
  const entries = weightFormats.map((format) => [format, of[like[format]]] as const)
  return Object.fromEntries(entries) as Record<Model['weightFormat'], number>
}

/**
 * The shares that servers reach, on cards with GDDR memory, fitted to public measurements of vLLM and SGLang
 * (`npm run bench:predict` prints each row with its error, and the error of rows that the fit did not use). Weights of 4
 * bits are read less evenly than those of 16; their products stay far below the tensor rate once arithmetic is the bound.
 */
export const defaultEfficiency: Efficiency = {
  bandwidth: shares({ bf16: 0.8, fp8: 0.75, 'awq-int4': 0.7 }),
  attentionBandwidth: 0.6,
  compute: shares({ bf16: 0.5, fp8: 0.47, 'awq-int4': 0.33 }),
  attentionCompute: 0.45,
  overheadMs: 0.5,
}

/** The edges of what healthy servers reached in the same measurements. */
const slowest: Efficiency = {
  bandwidth: shares({ bf16: 0.63, fp8: 0.58, 'awq-int4': 0.55 }),
  attentionBandwidth: 0.45,
  compute: shares({ bf16: 0.36, fp8: 0.34, 'awq-int4': 0.25 }),
  attentionCompute: 0.3,
  overheadMs: 1.2,
}
const fastest: Efficiency = {
  bandwidth: shares({ bf16: 0.92, fp8: 0.92, 'awq-int4': 0.9 }),
  attentionBandwidth: 0.9,
  compute: shares({ bf16: 0.75, fp8: 0.7, 'awq-int4': 0.5 }),
  attentionCompute: 0.65,
  overheadMs: 0.2,
}

/** HBM serves one stream at a lower share of its bandwidth than GDDR: 0.75 on H100 and A100. */
const HBM_SHARE = 0.94

/** Products of a few tokens per expert reach less: fitted to two mixtures of experts in AWQ on an RTX PRO 6000. */
const EXPERTS = { weights: 0.8, compute: 0.7 } as const

/** The shares that a slow, a usual and a fast healthy server with this card reaches with this model. */
export function efficiencyOf(
  card: EngineCard,
  model: Model,
): Readonly<Record<'slow' | 'expected' | 'fast', Efficiency>> {
  const memory = card.memoryType.startsWith('HBM') ? HBM_SHARE : 1
  const on = (efficiency: Efficiency): Efficiency => {
    const onMemory = withBandwidth(efficiency, memory)
    if (model.experts === null) return onMemory
    const { bandwidth, compute } = onMemory
    return { ...onMemory, bandwidth: times(bandwidth, EXPERTS.weights), compute: times(compute, EXPERTS.compute) }
  }
  return { slow: on(slowest), expected: on(defaultEfficiency), fast: fastest }
}

/**
 * What is left unknown of a server whose memory was measured, at its slow edge: kernels reach 90 % of their usual part of
 * it, and a step has the longest fixed cost that public measurements of one stream show (`npm run bench:predict`): on HBM a
 * step is short, and hosts differ by more than a millisecond.
 */
export const KNOWN_MEMORY = { share: 0.9, overheadMs: { gddr: 0.8, hbm: 1.9 } } as const

/** A copy reaches no more than this part of its usual rate: the datasheet is 1.1 to 1.25 times the usual rate. */
const MOST_COPY_SHARE = 1.1

/**
 * The shares of a usual and of a slow healthy server whose memory was measured: `copyShare` is what a copy within the memory
 * reached / what it usually reaches on such a card. Weights are read in proportion to it. At the slow edge that part of the
 * range goes which is the memory of the card; kernels of attention and of matrix products, and the host, stay as unknown as
 * before.
 */
export function efficiencyOfKnownMemory(
  card: EngineCard,
  model: Model,
  copyShare: number,
): Readonly<Record<'slow' | 'expected', Efficiency>> {
  const { slow, expected } = efficiencyOf(card, model)
  const share = Math.min(copyShare, MOST_COPY_SHARE)
  const isHbm = card.memoryType.startsWith('HBM')
  const overheadMs = isHbm ? Math.max(slow.overheadMs, KNOWN_MEMORY.overheadMs.hbm) : slow.overheadMs
  return {
    slow: { ...slow, bandwidth: times(expected.bandwidth, KNOWN_MEMORY.share * share), overheadMs },
    expected: withBandwidth(expected, share),
  }
}

/** The same shares with only this part of the bandwidth. */
export function withBandwidth(efficiency: Efficiency, part: number): Efficiency {
  const { bandwidth, attentionBandwidth } = efficiency
  return { ...efficiency, bandwidth: times(bandwidth, part), attentionBandwidth: attentionBandwidth * part }
}

/** The same shares with only this part of the arithmetic rate, as at a lower SM clock. */
export function withArithmetic(efficiency: Efficiency, part: number): Efficiency {
  const { compute, attentionCompute } = efficiency
  return { ...efficiency, compute: times(compute, part), attentionCompute: attentionCompute * part }
}

const times = (shares: Efficiency['bandwidth'], part: number): Efficiency['bandwidth'] => {
  const entries = weightFormats.map((format) => [format, shares[format] * part] as const)
  return Object.fromEntries(entries) as Record<Model['weightFormat'], number>
}
