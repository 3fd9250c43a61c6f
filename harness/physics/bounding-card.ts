import { cards } from '../catalogue/cards.ts'
import type { CardEntry } from '../catalogue/own/card-entry.ts'
import { type LimitCard, missingText, type Unknown } from '../catalogue/own/known.ts'
import type { Sourced } from '../catalogue/types.ts'

/** A card for a limit: what is unknown of it is taken at what allows the highest rate, and `stated` says so. */
export interface BoundingCard {
  readonly card: LimitCard
  /** What was assumed, one clause each; empty where everything is known. */
  readonly stated: readonly string[]
}

/** The largest L2 cache of any bundled card, in MiB: what a cache of unknown size can keep is not counted as read. */
const LARGEST_L2_MIB = Math.max(...cards.map((card) => card.l2Mb.value))

const bound = (value: number, why: string): Sourced => ({ value, source: why, date: '', kind: 'assumed' })
const UNBOUNDED = bound(Number.POSITIVE_INFINITY, 'unknown: no bound')

const rateFields = ['fp16Tflops', 'int8Tops', 'boostGhz'] as const

/**
 * A card whose memory bounds the rate, and its arithmetic where that is known: tokens. Without the rates there is no bound by
 * arithmetic; without the memory bandwidth there is none at all, and the reason names what is missing.
 */
export function memoryBound(entry: CardEntry): BoundingCard | Unknown {
  const { memoryBandwidthGBs } = entry
  if (memoryBandwidthGBs === undefined) return { reason: missingBandwidth(entry) }
  const rates = ratesOf(entry)
  const missing = missingRates(entry)
  return {
    card: { ...memoryOf(entry), memoryBandwidthGBs, ...(rates ?? noRates) },
    stated: [
      ...(entry.l2Mb === undefined ? [`L2 cache unknown, taken as ${LARGEST_L2_MIB} MiB`] : []),
      ...(rates === null ? [`no bound by arithmetic: ${missing.join(', ')} unknown`] : []),
    ],
  }
}

/** A card whose arithmetic bounds the rate: images and training. The reason names what is missing. */
export function arithmeticBound(entry: CardEntry): BoundingCard | Unknown {
  const rates = ratesOf(entry)
  if (rates === null) return { reason: missingText(entry, missingRates(entry)) }
  const memoryBandwidthGBs = entry.memoryBandwidthGBs ?? UNBOUNDED
  return { card: { ...memoryOf(entry), memoryBandwidthGBs, ...rates }, stated: [] }
}

/** Why there is no bandwidth: it, or what it follows from, by name. */
function missingBandwidth({ key, label, memoryBusBits, memoryDataRateGbps, memoryType }: CardEntry): string {
  const rate = memoryType === undefined ? 'memoryType and memoryDataRateGbps' : 'memoryDataRateGbps'
  const parts = [
    ...(memoryBusBits === undefined ? ['memoryBusBits'] : []),
    ...(memoryDataRateGbps === undefined ? [rate] : []),
  ]
  return `the memory bandwidth of ${label} is unknown: give memoryBandwidthGBs, or ${parts.join(' and ')}, under cards.${key} in joulemark.yaml`
}

const missingRates = (entry: CardEntry): string[] => [
  ...rateFields.filter((field) => entry[field] === undefined),
  ...(entry.fp8Tflops === undefined && entry.fp8PeakTflops === undefined ? ['fp8Tflops'] : []),
]

function memoryOf(entry: CardEntry) {
  const { key, label, memoryType = 'unknown', memoryDataRateGbps = UNBOUNDED } = entry
  return { key, label, memoryType, memoryDataRateGbps, l2Mb: entry.l2Mb ?? bound(LARGEST_L2_MIB, 'the largest known') }
}

const noRates = {
  boostGhz: UNBOUNDED,
  computeCapability: '0.0',
  fp16Tflops: UNBOUNDED,
  int8Tops: UNBOUNDED,
  fp8Tflops: UNBOUNDED,
  fp8PeakTflops: UNBOUNDED,
  fp4Tflops: UNBOUNDED,
} as const

/** The rates of a card; FP4 counts as unbounded where it is unknown, and the FP8 peak as what is known of FP8. */
function ratesOf(entry: CardEntry): Omit<LimitCard, keyof ReturnType<typeof memoryOf> | 'memoryBandwidthGBs'> | null {
  const { fp16Tflops, int8Tops, boostGhz, fp8Tflops, fp8PeakTflops, computeCapability = '0.0' } = entry
  if (fp16Tflops === undefined || int8Tops === undefined || boostGhz === undefined) return null
  if (fp8Tflops === undefined && fp8PeakTflops === undefined) return null
  // where only the usual FP8 rate is known: the fastest accumulate mode of any card is twice as fast
  const twice = fp8Tflops ? bound(2 * fp8Tflops.value, 'twice the rate of FP8, the most of any card') : null
  const peak = fp8PeakTflops === undefined ? twice : (fp8PeakTflops ?? fp8Tflops ?? null)
  const fp4Tflops = entry.fp4Tflops === undefined ? UNBOUNDED : entry.fp4Tflops
  return {
    boostGhz,
    computeCapability,
    fp16Tflops,
    int8Tops,
    fp8Tflops: fp8Tflops ?? peak,
    fp8PeakTflops: peak,
    fp4Tflops,
  }
}
