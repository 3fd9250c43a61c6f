import { type EngineCard, engineCard } from '../../harness/catalogue/own/known.ts'
import { cardOfRun } from '../../harness/catalogue/own/own-cards.ts'
import { modelOf, whyNoModel } from '../../harness/catalogue/own-models.ts'
import type { Prediction } from '../../harness/physics/closed-loop.ts'
import { copyExpectation, copyShareOf } from '../../harness/physics/copy-bandwidth.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../harness/physics/gpu-memory-utilization.ts'
import { kvCapacityTokens } from '../../harness/physics/memory.ts'
import { probeExpectation } from '../../harness/physics/memory-probe.ts'
import { kvBytesPerToken } from '../../harness/physics/model/kv.ts'
import { enforcedPowerLimitW, servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { predictScenario } from '../predict/scenario.ts'
import type { Band } from './band.ts'
import { cardWindowsOf, kvBytesOf, oneStreamOf, type QuantityKey } from './quantities.ts'

/** A band, or why there is none. */
export type PredictedBand = Band | { readonly reason: string }

/** HTTP, tokenisation and the hop to the engine, before the first token of one stream. */
const FRONT_END_MS = { usual: 10, most: 40 } as const
/** The power model is within 12 % of public readings (`npm run bench:predict`); this is three times that. */
const POWER_ERROR = 0.35
/** vLLM's memory besides weights and KV cache differs by about this from the formula (harness/physics/memory.ts). */
const OVERHEAD_ERROR_BYTES = 1.5 * 2 ** 30
/** Lowest share of its rated clock that a healthy card shows under load: the boost of SMs, the compute state of memory. */
const CLOCK_SHARE = { sm: 0.9, memory: 0.93 } as const
/** Share of samples at the power cap from which the SM clock follows from the power limit. */
const CAPPED_SHARE = 0.05

/** What is expected of a run; the throughput, or why there is no expectation of it. */
export interface Expectation {
  readonly card: EngineCard | { readonly reason: string }
  readonly load: Prediction | { readonly reason: string }
  /** What a copy within the memory reached / what it usually reaches; null where that is not known. */
  readonly copyShare: number | null
}

/**
 * What is expected of a healthy server with the card of a run, at its load and its power limit; `copyGBs` is what a copy
 * within the memory of its slowest GPU reached, null where that was not measured.
 */
export function expectationOf(run: RunRecord, copyGBs: number | null = null): Expectation {
  const entry = cardOfRun(run.card)
  if (entry === null) {
    const unknown = { reason: run.card.reason ?? 'the card is not in the catalogue' }
    return { card: unknown, load: unknown, copyShare: null }
  }
  const card = engineCard(entry, Math.max(1, servingGpus(run.gpus).length))
  if ('reason' in card) return { card, load: card, copyShare: null }
  const copyShare = copyGBs === null ? null : copyShareOf(card, copyGBs)
  if (run.scenario.kind !== 'text' || modelOf(run) === null) {
    return { card, load: { reason: 'no prediction for this load' }, copyShare }
  }
  const { prediction, reason, approximate } = predictScenario(
    run.scenario,
    { ...entry, ...card },
    enforcedPowerLimitW(run.gpus),
    copyShare,
  )
  if (prediction === null || approximate) {
    return { card, load: { reason: reason ?? 'no prediction for this load' }, copyShare }
  }
  return { card, load: prediction, copyShare }
}

/** The band in which a figure of a healthy server is expected, before any sibling is known. */
export function predictedBand(key: QuantityKey, run: RunRecord, { card, load, copyShare }: Expectation): PredictedBand {
  if ('reason' in card) return card
  const basis = `predicted for ${card.key}`
  const withCopy = copyShare === null ? basis : `${basis} with its copy rate`
  switch (key) {
    case 'memoryBandwidthGBs':
      return bandwidthBand(run, withCopy, copyShare)
    case 'copyBandwidthGBs': {
      const copy = copyExpectation(card)
      if (copy === null) return { reason: `no public reading of a copy on ${card.memoryType}` }
      return { low: copy.lowGBs, high: copy.datasheetGBs, expected: copy.expectedGBs, basis }
    }
    case 'matrixTflops':
      return { reason: 'the power limit decides it: compared with other servers only' }
    case 'kvCapacityTokens':
      return kvBand(run, card)
    case 'smClockMHz':
      return smClockBand(run, card)
    case 'memClockMHz': {
      const rated = (card.memoryDataRateGbps.value * 1000) / 2
      return { low: CLOCK_SHARE.memory * rated, high: null, expected: rated, basis: `rated ${rated.toFixed(0)} MHz` }
    }
    case 'meanPowerW':
      return { reason: 'power alone is compared with other servers only; energy efficiency is judged' }
    case 'tokensPerJ':
      return 'reason' in load ? load : efficiencyBand(run, load, { card, basis: withCopy })
    default:
      return 'reason' in load ? load : loadBand(key, run, { load, basis: withCopy })
  }
}

function loadBand(
  key: 'outputTokensPerS' | 'decodeTokensPerS' | 'ttftMsP50',
  run: RunRecord,
  { load, basis }: { readonly load: Prediction; readonly basis: string },
): Band {
  const { expected, band } = load
  const { slow, fast } = band
  switch (key) {
    case 'outputTokensPerS':
      return { low: slow[key], high: fast[key], expected: expected[key], basis }
    case 'decodeTokensPerS':
      return { low: 1000 / slow.tpotMs, high: 1000 / fast.tpotMs, expected: 1000 / expected.tpotMs, basis }
    case 'ttftMsP50': {
      // streams whose answers are equally long may stay in step: then a prompt waits for those of all others
      const streams =
        run.scenario.kind === 'text' && run.scenario.load.shape === 'closed' ? run.scenario.load.concurrency : 1
      const high = streams * slow.ttftMs + 2 * slow.tpotMs + FRONT_END_MS.most
      return { low: null, high, expected: expected.ttftMs + FRONT_END_MS.usual, basis }
    }
  }
}

function efficiencyBand(
  run: RunRecord,
  { expected, band }: Prediction,
  { card, basis }: { readonly card: EngineCard; readonly basis: string },
): PredictedBand {
  if (!/^Ada|^Blackwell GB20/.test(card.architecture)) {
    return { reason: 'public power readings confirm the power model for Ada and RTX Blackwell only' }
  }
  const watts = expected.powerW * Math.max(1, servingGpus(run.gpus).length)
  const low = band.slow.outputTokensPerS / (watts * (1 + POWER_ERROR))
  return { low, high: null, expected: expected.outputTokensPerS / watts, basis }
}

function bandwidthBand(run: RunRecord, basis: string, copyShare: number | null): PredictedBand {
  const one = oneStreamOf(run)
  if (one === null) return { reason: 'only one stream in a closed loop shows the memory bandwidth' }
  const powerLimitW = enforcedPowerLimitW(run.gpus)
  const stream = { ...one.stream, powerLimitW, copyShare }
  const { lowGBs, expectedGBs, datasheetGBs } = probeExpectation(one.card, one.model, stream)
  return { low: lowGBs, high: datasheetGBs, expected: expectedGBs, basis }
}

function kvBand(run: RunRecord, card: EngineCard): PredictedBand {
  const model = modelOf(run)
  if (model === null) return { reason: whyNoModel(run) }
  const { serving } = run.endpoint
  const stated = run.scenario.kind === 'text' ? run.scenario.server?.gpuMemoryUtilization : undefined
  const gpuMemoryUtilization = serving?.gpuMemoryUtilization ?? stated ?? DEFAULT_GPU_MEMORY_UTILIZATION
  const gpus = Math.max(1, servingGpus(run.gpus).length)
  const kvBytesPerElement = kvBytesOf(run)
  const expected = kvCapacityTokens(card, model, { kvBytesPerElement, gpuMemoryUtilization, gpus })
  const doubt = (OVERHEAD_ERROR_BYTES * gpus) / kvBytesPerToken(model, kvBytesPerElement)
  if (expected <= doubt) return { reason: 'the KV cache is smaller than the doubt about the memory of vLLM' }
  return { low: expected - doubt, high: expected + doubt, expected, basis: `formula for ${card.key}` }
}

/** The rated boost, where neither the power limit nor a lock of the clock that someone set explains another one. */
function smClockBand(run: RunRecord, card: EngineCard): PredictedBand {
  const shares = cardWindowsOf(run).map(({ reasonShares }) => reasonShares?.swPowerCap ?? null)
  if (shares.some((share) => share === null)) return { reason: 'the driver reports no reasons for its clock' }
  const capped = Math.max(0, ...shares.flatMap((share) => share ?? []))
  if (capped > CAPPED_SHARE) {
    const percent = (100 * capped).toFixed(0)
    return { reason: `the power limit sets the clock in ${percent} % of the samples: a lower one is not visible here` }
  }
  const rated = card.boostGhz.value * 1000
  return { low: CLOCK_SHARE.sm * rated, high: null, expected: rated, basis: `rated boost ${rated.toFixed(0)} MHz` }
}
