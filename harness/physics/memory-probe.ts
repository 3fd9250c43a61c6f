import type { EngineCard } from '../catalogue/own/known.ts'
import type { Model } from '../catalogue/types.ts'
import { efficiencyOf, efficiencyOfKnownMemory, KNOWN_MEMORY, withBandwidth } from './efficiency.ts'
import type { KvElementBytes } from './model/kv.ts'
import { editionShare } from './power/demand.ts'
import { type Efficiency, type StepLoad, stepTimeMs } from './step-time.ts'

/** One stream that decodes: almost all of its time is spent reading weights, so its rate shows the memory of the card. */
export interface OneStream {
  /** Mean context while it decodes, in tokens. */
  readonly contextTokens: number
  readonly kvBytesPerElement: KvElementBytes
  readonly gpus: number
  /** Power limit that the driver enforces on each GPU, in W; the card's own where null. */
  readonly powerLimitW: number | null
  /** What a copy within the memory reached / what it usually reaches on such a card; null or absent where not measured. */
  readonly copyShare?: number | null
}

/** Memory bandwidth that one stream achieves, in GB/s of all GPUs together. */
export interface ProbeExpectation {
  readonly expectedGBs: number
  /** The slowest healthy server. */
  readonly lowGBs: number
  readonly datasheetGBs: number
}

/** Bytes that a decode step of one stream reads: weights without the input embedding, and the KV of its context. */
export function bytesPerStep(
  card: EngineCard,
  model: Model,
  stream: Omit<OneStream, 'powerLimitW' | 'copyShare'>,
): number {
  const { expected: efficiency } = efficiencyOf(card, model)
  return stepTimeMs({ card, model, efficiency, gpus: stream.gpus }, loadOf(stream)).bytesRead
}

/** Bandwidth that a decode rate of one stream achieves, in GB/s: bytes per step · steps per second. */
export const achievedGBs = (bytes: number, tokensPerS: number): number => (bytes * tokensPerS) / 1e9

/**
 * What one stream achieves on a healthy server of this card, and the slowest that counts as healthy. Its slow edge is
 * narrower than that of other loads: nothing queues, and nothing waits for a prompt. A copy that reached more than usual
 * raises both; one that reached less lowers only what is expected.
 */
export function probeExpectation(card: EngineCard, model: Model, stream: OneStream): ProbeExpectation {
  const { expected } = efficiencyOf(card, model)
  const { gpus } = stream
  const base = { card, model, gpus, powerLimitW: stream.powerLimitW ?? card.tdpW.value }
  const overheadMs = KNOWN_MEMORY.overheadMs[card.memoryType.startsWith('HBM') ? 'hbm' : 'gddr']
  const known = efficiencyOfKnownMemory(card, model, stream.copyShare ?? 1).expected
  const slowest = { ...withBandwidth(fasterOf(expected, known), KNOWN_MEMORY.share), overheadMs }
  // how much less power an edition needs is known from tensor load only, so the slow edge counts on half of it
  const edition = (1 + editionShare(card)) / 2
  const at = (engine: Parameters<typeof stepTimeMs>[0]): number => {
    const { bytesRead, timeMs } = stepTimeMs(engine, loadOf(stream))
    return achievedGBs(bytesRead, 1000 / timeMs)
  }
  return {
    expectedGBs: at({ ...base, efficiency: known }),
    lowGBs: at({ ...base, efficiency: slowest, edition }),
    datasheetGBs: card.memoryBandwidthGBs.value * gpus,
  }
}

const fasterOf = (one: Efficiency, other: Efficiency): Efficiency =>
  one.attentionBandwidth >= other.attentionBandwidth ? one : other

const loadOf = ({ contextTokens, kvBytesPerElement }: Omit<OneStream, 'powerLimitW' | 'copyShare'>): StepLoad => ({
  decodeCount: 1,
  decodeContextSum: contextTokens,
  prefills: [],
  kvBytesPerElement,
})
