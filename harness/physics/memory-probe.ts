import type { EngineCard } from '../catalogue/own/known.ts'
import type { Model } from '../catalogue/types.ts'
import { efficiencyOf, withBandwidth } from './efficiency.ts'
import type { KvElementBytes } from './model/kv.ts'
import { editionShare } from './power/demand.ts'
import { type StepLoad, stepTimeMs } from './step-time.ts'

/** One stream that decodes: almost all of its time is spent reading weights, so its rate shows the memory of the card. */
export interface OneStream {
  /** Mean context while it decodes, in tokens. */
  readonly contextTokens: number
  readonly kvBytesPerElement: KvElementBytes
  readonly gpus: number
  /** Power limit that the driver enforces on each GPU, in W; the card's own where null. */
  readonly powerLimitW: number | null
}

/** Memory bandwidth that one stream achieves, in GB/s of all GPUs together. */
export interface ProbeExpectation {
  readonly expectedGBs: number
  /** The slowest healthy server. */
  readonly lowGBs: number
  readonly datasheetGBs: number
}

/**
 * The slow edge of a healthy server with one stream, narrower than that of other loads: nothing queues, and nothing waits
 * for a prompt. 90 % of the expected bandwidth share, and the longest fixed cost of a step that public measurements of
 * one stream show (`npm run bench:predict`): on HBM a step is short, and hosts differ by more than a millisecond.
 */
const SLOW_SHARE = 0.9
const SLOW_OVERHEAD_MS = { gddr: 0.8, hbm: 1.9 } as const

/** Bytes that a decode step of one stream reads: weights without the input embedding, and the KV of its context. */
export function bytesPerStep(card: EngineCard, model: Model, stream: Omit<OneStream, 'powerLimitW'>): number {
  const { expected: efficiency } = efficiencyOf(card, model)
  return stepTimeMs({ card, model, efficiency, gpus: stream.gpus }, loadOf(stream)).bytesRead
}

/** Bandwidth that a decode rate of one stream achieves, in GB/s: bytes per step · steps per second. */
export const achievedGBs = (bytes: number, tokensPerS: number): number => (bytes * tokensPerS) / 1e9

/** What one stream achieves on a healthy server of this card, and the slowest that counts as healthy. */
export function probeExpectation(card: EngineCard, model: Model, stream: OneStream): ProbeExpectation {
  const { expected } = efficiencyOf(card, model)
  const { gpus } = stream
  const base = { card, model, gpus, powerLimitW: stream.powerLimitW ?? card.tdpW.value }
  const overheadMs = SLOW_OVERHEAD_MS[card.memoryType.startsWith('HBM') ? 'hbm' : 'gddr']
  const slowest = { ...withBandwidth(expected, SLOW_SHARE), overheadMs }
  // how much less power an edition needs is known from tensor load only, so the slow edge counts on half of it
  const edition = (1 + editionShare(card)) / 2
  const at = (engine: Parameters<typeof stepTimeMs>[0]): number => {
    const { bytesRead, timeMs } = stepTimeMs(engine, loadOf(stream))
    return achievedGBs(bytesRead, 1000 / timeMs)
  }
  return {
    expectedGBs: at({ ...base, efficiency: expected }),
    lowGBs: at({ ...base, efficiency: slowest, edition }),
    datasheetGBs: card.memoryBandwidthGBs.value * gpus,
  }
}

const loadOf = ({ contextTokens, kvBytesPerElement }: Omit<OneStream, 'powerLimitW'>): StepLoad => ({
  decodeCount: 1,
  decodeContextSum: contextTokens,
  prefills: [],
  kvBytesPerElement,
})
