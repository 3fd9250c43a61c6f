import { cardByKey } from '../catalogue/cards.ts'
import type { Card, Model } from '../catalogue/types.ts'
import { type ClosedLoop, type Prediction, predictClosedLoop } from '../physics/closed-loop.ts'
import { decodeLimit } from '../physics/limit.ts'
import { kvCapacityTokens } from '../physics/memory.ts'
import { fittedLoads, heldOutLoads, type MeasuredLoad } from '../testing/measured-loads.ts'
import { measuredModel, publicMeasurements } from '../testing/public-measurements.ts'
import type { PublicMeasurement } from '../testing/public-sources.ts'

/** How a row counts. */
export type RowUse = 'fitted' | 'held out' | 'not the card'

/** A measured rate beside limit, expectation and band, all in tokens/s. */
export interface PredictedRow {
  readonly row: PublicMeasurement
  readonly use: RowUse
  readonly load: Load
  readonly limit: number
  readonly prediction: Prediction
  /** The slow edge if a copy within the memory had reached its usual rate; no source says what it reached. */
  readonly slowWithKnownMemory: number
  /** Expected / measured - 1. */
  readonly error: number
  readonly verdict: 'inside' | 'slow' | 'fast' | 'impossible'
}

interface Load {
  readonly concurrency: number
  readonly promptTokens: number
  readonly outputTokens: number
}

/** Prompt and answer of one stream where the source states none: the rate of one stream hardly depends on them. */
const ONE_STREAM = { promptTokens: 64, outputTokens: 512 } as const
/** vLLM's default of `--max-num-seqs` when these were measured, below and above 70 GB of memory. */
const MAX_SEQS = { small: 256, large: 1024 } as const
/** Mean length of the CNN/DailyMail articles of MLPerf's Llama 3.1 8B, about. */
const ARTICLE_TOKENS = 780
const LARGE_GB = 70
/** The answers of the Mistral rows: 210 tokens/s / 2.09 requests/s; they could end before 128 tokens. */
const MISTRAL_TOKENS = 100

/**
 * Rows that say more of something else than of the card. The source says so of the H100 at 16 and 64 streams; of the other two
 * it is the reading of this study: the H100 NVL would lie below the band.
 */
const notTheCard: Readonly<Record<string, string>> = {
  'llama-3.1-8b-fp16-h100-c16': 'the source reads its plateau as queueing: 64 streams give less than 16',
  'llama-3.1-8b-fp16-h100-c64': 'the source reads its plateau as queueing: 64 streams give less than 16',
  'qwen3-32b-bf16-h100-nvl':
    'our reading: its FP8 is as slow as its BF16, so neither reads nor computes for all of that time',
  'llama-3.1-8b-fp8-4090-b8': 'our reading: a vendor whose rates at 8 and at 32 streams are no curve of one card',
}

/** Rows that shaped the expectation: one stream by format, large batches, AWQ under prefill. All others are held out. */
const fittedIds = new Set([
  'llama-3.1-8b-fp16-h100-c1',
  'llama-3.1-8b-bf16-a100-c1',
  'llama-3.1-8b-bf16-a100-c8',
  'llama-3.1-8b-fp16-4090',
  'llama-3.1-8b-fp8-h100-mlperf',
  'llama-3.1-8b-fp8-l40s-mlperf',
  'llama-3.1-8b-fp8-5090',
  'llama-3.1-8b-fp16-5090',
  ...fittedLoads.map(({ id }) => id),
])
const isFitted = (id: string): boolean => fittedIds.has(id) || id.endsWith('-pro6000')

const useOf = ({ id }: PublicMeasurement): RowUse =>
  id in notTheCard ? 'not the card' : isFitted(id) ? 'fitted' : 'held out'

/** Why a row does not count, or null. */
export const reasonOf = ({ id }: PublicMeasurement): string | null => notTheCard[id] ?? null

/** The load of a row; what its source leaves open is assumed as in the constants above, streams from the room for KV. */
function loadOf(row: PublicMeasurement, card: Card, model: Model): Load {
  const { promptTokens, outputTokens } = row.load
  const known = {
    promptTokens: promptTokens ?? (row.id.includes('mlperf') ? ARTICLE_TOKENS : ONE_STREAM.promptTokens),
    outputTokens: row.id.startsWith('mistral') ? MISTRAL_TOKENS : (outputTokens ?? ONE_STREAM.outputTokens),
  }
  if (row.load.concurrency !== null) return { concurrency: row.load.concurrency, ...known }
  const room = kvCapacityTokens(card, model, { kvBytesPerElement: 2, gpuMemoryUtilization: 0.9, gpus: row.gpus })
  const running = Math.floor(room / (known.promptTokens + known.outputTokens))
  return { concurrency: Math.min(running, MAX_SEQS[card.vramGb.value >= LARGE_GB ? 'large' : 'small']), ...known }
}

function predicted(row: PublicMeasurement | MeasuredLoad): PredictedRow {
  const card = cardByKey(row.card)
  if (card === null) throw new Error(`${row.card} is not in the catalogue`)
  const model = measuredModel(row)
  const load = loadOf(row, card, model)
  const kvBytesPerElement = 'kvBytesPerElement' in row ? row.kvBytesPerElement : 2
  const loop: ClosedLoop = { ...load, cachedTokens: 0, kvBytesPerElement, gpus: row.gpus }
  const prediction = predictClosedLoop(card, model, loop)
  const limit = decodeLimit(card, model, {
    concurrency: load.concurrency,
    contextTokens: load.promptTokens,
    kvBytesPerElement,
    gpus: row.gpus,
  }).tokensPerS
  // one stream: sources print its decode rate, without the prefill
  const rate = ({ outputTokensPerS, tpotMs }: Prediction['expected']) =>
    load.concurrency === 1 ? Math.min(limit, 1000 / tpotMs) : outputTokensPerS
  const figures = {
    expected: { ...prediction.expected, outputTokensPerS: rate(prediction.expected) },
    band: {
      slow: { ...prediction.band.slow, outputTokensPerS: rate(prediction.band.slow) },
      fast: { ...prediction.band.fast, outputTokensPerS: rate(prediction.band.fast) },
    },
  }
  const { tokensPerS } = row
  const known = predictClosedLoop(card, model, { ...loop, copyShare: 1 })
  const verdict =
    tokensPerS > limit
      ? 'impossible'
      : tokensPerS < figures.band.slow.outputTokensPerS
        ? 'slow'
        : tokensPerS > figures.band.fast.outputTokensPerS
          ? 'fast'
          : 'inside'
  return {
    row,
    use: useOf(row),
    load,
    limit,
    prediction: { ...prediction, ...figures },
    slowWithKnownMemory: rate(known.band.slow),
    error: figures.expected.outputTokensPerS / tokensPerS - 1,
    verdict,
  }
}

/** All public rows with their predictions: the 31 of the audit, then those with a stated load. */
export const predictedRows = (): PredictedRow[] =>
  [...publicMeasurements, ...fittedLoads, ...heldOutLoads].map(predicted)

/** Median loss of an average server that stays inside the range, with the usual range and with a measured memory. */
export const medianUnseen = (rows: readonly PredictedRow[]) => ({
  usual: medianOf(
    rows.map(({ prediction }) => 1 - prediction.band.slow.outputTokensPerS / prediction.expected.outputTokensPerS),
  ),
  knownMemory: medianOf(
    rows.map(({ prediction, slowWithKnownMemory: slow }) => 1 - slow / prediction.expected.outputTokensPerS),
  ),
})

/** Median of the absolute errors. NaN without a row. */
export const medianError = (rows: readonly PredictedRow[]): number => medianOf(rows.map(({ error }) => Math.abs(error)))

function medianOf(values: readonly number[]): number {
  const errors = values.toSorted((a, b) => a - b)
  const middle = Math.floor(errors.length / 2)
  const [low, high] = [errors[errors.length % 2 === 0 ? middle - 1 : middle], errors[middle]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}
