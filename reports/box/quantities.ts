import { engineCard } from '../../harness/catalogue/own/known.ts'
import { cardOfRun } from '../../harness/catalogue/own/own-cards.ts'
import { modelOf } from '../../harness/catalogue/own-models.ts'
import { type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import { reasonOfResult } from '../../harness/metrics/result.ts'
import { achievedGBs, bytesPerStep } from '../../harness/physics/memory-probe.ts'
import { type KvElementBytes, knownKvElementBytes, kvElementBytes } from '../../harness/physics/model/kv.ts'
import { servingGpus, servingUuids } from '../../harness/physics/serving-gpus.ts'
import { isKnown, knownOf, type Measured, measured, missing, numberOf } from '../../harness/record/measured.ts'
import type { ProbedCard } from '../../harness/record/schema/card-probe.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { meanLength } from '../../harness/scenario/prompt/length.ts'

/** A part of a server. */
export type Part =
  | 'memory bandwidth'
  | 'arithmetic'
  | 'memory clock'
  | 'SM clock'
  | 'throughput'
  | 'prefill'
  | 'power'
  | 'energy efficiency'
  | 'memory size'
  | 'link'

/** A figure of a run by which a server is accepted or rejected. */
export interface Quantity {
  readonly label: string
  readonly unit: string
  readonly digits: number
  /** The direction of a faulty server. */
  readonly worse: 'lower' | 'higher'
  /**
   * Its spread between healthy servers of one card, as a standard deviation / the median, until more are known. That between cards
   * of one server stands in siblings/spreads.ts.
   */
  readonly usualSpread: number
  /** Smallest difference that counts, in its unit. */
  readonly floor: number
  /** The part of the server that a loss of it shows. */
  readonly shows: Part
  /** Its value in a run, or why there is none; null where it does not exist in this kind of run. */
  readonly read: (run: RunRecord) => Measured | null
}

const fromResult =
  (key: MetricKey) =>
  (run: RunRecord): Measured | null => {
    const result = run.result[key]
    if (result === undefined) return null
    return measured(result.mean, reasonOfResult(result) ?? 'not measured')
  }
const named = (key: MetricKey) => ({
  label: metrics[key].label,
  unit: metrics[key].unit,
  digits: metrics[key].digits,
  read: fromResult(key),
})

/**
 * What is judged, in display order. Usual spreads are assumptions: an own memory clock differs by nothing, silicon and
 * hosts by some per cent. A figure of another source, such as a probe of memory or arithmetic outside of vLLM, is one more
 * entry that reads it from the record.
 */
export const quantities = {
  outputTokensPerS: {
    ...named('outputTokensPerS'),
    worse: 'lower',
    usualSpread: 0.015,
    floor: 0,
    shows: 'throughput',
  },
  decodeTokensPerS: {
    ...named('decodeTokensPerS'),
    worse: 'lower',
    usualSpread: 0.015,
    floor: 0,
    shows: 'throughput',
  },
  memoryBandwidthGBs: {
    label: 'Memory bandwidth that one stream achieves',
    unit: 'GB/s',
    digits: 0,
    worse: 'lower',
    usualSpread: 0.0125,
    floor: 0,
    shows: 'memory bandwidth',
    read: memoryBandwidthGBs,
  },
  copyBandwidthGBs: {
    label: 'Memory bandwidth of a copy',
    unit: 'GB/s',
    digits: 0,
    worse: 'lower',
    usualSpread: 0.0125,
    floor: 0,
    shows: 'memory bandwidth',
    read: ofSlowestCard(({ copyGBs }) => copyGBs),
  },
  matrixTflops: {
    label: 'Matrix products',
    unit: 'TFLOPS',
    digits: 0,
    worse: 'lower',
    usualSpread: 0.015,
    floor: 0,
    shows: 'arithmetic',
    read: ofSlowestCard(({ matrixTflops }) => matrixTflops),
  },
  ttftMsP50: { ...named('ttftMsP50'), worse: 'higher', usualSpread: 0.05, floor: 5, shows: 'prefill' },
  meanPowerW: { ...named('meanPowerW'), worse: 'higher', usualSpread: 0.03, floor: 0, shows: 'power' },
  tokensPerJ: { ...named('tokensPerJ'), worse: 'lower', usualSpread: 0.03, floor: 0, shows: 'energy efficiency' },
  kvCapacityTokens: {
    label: 'KV cache of the server',
    unit: 'tokens',
    digits: 0,
    worse: 'lower',
    usualSpread: 0.005,
    floor: 0,
    shows: 'memory size',
    read: kvCapacityTokens,
  },
  smClockMHz: {
    label: 'SM clock under load',
    unit: 'MHz',
    digits: 0,
    worse: 'lower',
    usualSpread: 0.015,
    floor: 15,
    shows: 'SM clock',
    read: (run) => clockUnderLoad(run, ({ smClockMHz }) => smClockMHz && (smClockMHz.first + smClockMHz.last) / 2),
  },
  memClockMHz: {
    label: 'Memory clock under load',
    unit: 'MHz',
    digits: 0,
    worse: 'lower',
    usualSpread: 0.005,
    floor: 0,
    shows: 'memory clock',
    read: (run) => clockUnderLoad(run, ({ memClockMHz }) => memClockMHz),
  },
} as const satisfies Record<string, Quantity>

export type QuantityKey = keyof typeof quantities
export const quantityKeys = Object.keys(quantities) as readonly QuantityKey[]

/** A figure of the probe of the cards: that of the slowest of the GPUs that serve. */
export function ofSlowestCard(of: (card: ProbedCard) => Measured): (run: RunRecord) => Measured | null {
  return ({ cardProbe, gpus }) => {
    if (cardProbe === undefined) return null
    if ('reason' in cardProbe) return missing(cardProbe.reason)
    const serving = servingUuids(gpus)
    const own = cardProbe.cards.filter(({ uuid }) => uuid !== null && serving.includes(uuid))
    // an older torch reports no UUID: then the container saw only the GPUs that serve
    const values = (own.length === 0 ? cardProbe.cards : own).map(of)
    return values.find((value) => !isKnown(value)) ?? Math.min(...knownOf(values))
  }
}

/** One stream in a closed loop: the load that reads all weights for each token. Null for any other run. */
export function oneStreamOf(run: RunRecord) {
  const { scenario } = run
  const entry = cardOfRun(run.card)
  const gpus = Math.max(1, servingGpus(run.gpus).length)
  const card = entry === null ? null : engineCard(entry, gpus)
  const model = modelOf(run)
  if (scenario.kind !== 'text' || scenario.load.shape !== 'closed' || scenario.load.session) return null
  if (scenario.load.concurrency !== 1 || card === null || 'reason' in card || model === null) return null
  const { tokens } = scenario.prompt
  if (tokens === undefined) return null
  const stream = {
    contextTokens: meanLength(tokens) + meanLength(scenario.output.tokens) / 2,
    kvBytesPerElement: kvBytesOf(run),
    gpus,
  }
  return { card, model, stream }
}

/** Bytes of a KV element, as the server reports it, else as the scenario states it. */
export function kvBytesOf({ endpoint, scenario }: RunRecord): KvElementBytes {
  const stated = scenario.kind === 'text' ? scenario.server?.kvCacheDtype : undefined
  const dtype = endpoint.serving?.kvCacheDtype ?? stated
  return (dtype === undefined ? null : knownKvElementBytes(dtype)) ?? kvElementBytes(stated)
}

function memoryBandwidthGBs(run: RunRecord): Measured | null {
  const one = oneStreamOf(run)
  const rate = quantities.decodeTokensPerS.read(run)
  if (one === null || rate === null) return null
  if (!isKnown(rate)) return rate
  if (run.endpoint.serving?.speculation === true) return missing('speculative decoding reads the weights less often')
  return achievedGBs(bytesPerStep(one.card, one.model, one.stream), rate)
}

function kvCapacityTokens({ endpoint }: RunRecord): Measured | null {
  if (endpoint.serving === undefined) return null
  const { kvCapacityTokens: tokens, reasons } = endpoint.serving
  return tokens ?? missing(reasons['kvCapacityTokens'] ?? 'the server does not report it')
}

type CardWindow = Extract<NonNullable<RunRecord['telemetry']>['trials'][number]['window'], { readonly samples: number }>

/** The windows of the trials in which the cards were sampled. */
export const cardWindowsOf = (run: RunRecord): CardWindow[] =>
  (run.telemetry?.trials ?? []).flatMap(({ window }) => ('samples' in window ? [window] : []))

/** A clock in the windows of the trials: their mean. */
function clockUnderLoad(run: RunRecord, of: (window: CardWindow) => number | null): Measured | null {
  if (run.telemetry === undefined) return null
  const clocks = cardWindowsOf(run).flatMap((window) => of(window) ?? [])
  return measured(clocks.reduce((sum, clock) => sum + clock, 0) / clocks.length, 'no clock was read under load')
}

/** The mean over several starts of one server, or why there is none; null where no run has the figure. */
export function meanOverStarts(quantity: Quantity, runs: readonly RunRecord[]): Measured | null {
  const values = runs.flatMap((run) => quantity.read(run) ?? [])
  const known = values.flatMap((value) => numberOf(value) ?? [])
  if (known.length === 0) return values[0] ?? null
  return known.reduce((sum, value) => sum + value, 0) / known.length
}
