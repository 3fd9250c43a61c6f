import { countedIn } from '../../harness/metrics/trial/in-window.ts'
import { tpotMsOf } from '../../harness/metrics/trial/pace.ts'
import { servingUuids } from '../../harness/physics/serving-gpus.ts'
import { isKnown } from '../../harness/record/measured.ts'
import { type GpuRow, TOKEN_BIN_MS } from '../../harness/record/rows.ts'
import type { RunRows } from '../../harness/record/run-rows.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { isScheduled } from '../../harness/scenario/load-shape.ts'
import { type Weighted, weightedQuantiles } from '../../harness/stats/weighted-percentiles.ts'
import type { Point } from './chart-types.ts'
import { meanSlices, type Reading, rateSlices, rounded } from './slices.ts'

/** The rows of a run reduced for charts, small for any length of run. Times are seconds from the first trial's start. */
export interface RunSeries {
  readonly powerW: readonly Point[]
  readonly memoryGib: readonly Point[]
  readonly tokensPerS: readonly Point[]
  /** Values at equal steps of share, lowest first; null where no request counted. */
  readonly ttftMs: readonly number[] | null
  readonly tpotMs: readonly number[] | null
  readonly e2eMs: readonly number[] | null
}

const SLICES = 120
const QUANTILE_STEPS = 50
/** A gap between samples longer than this breaks the line. */
const SAMPLE_GAP_S = 2

/** Reduces the rows of a run to the series of its charts. */
export function runSeries(record: RunRecord, rows: RunRows): RunSeries {
  const startMs = startOf(record)
  const endS = (Math.max(startMs, ...record.trials.map((trial) => trial.endMs)) - startMs) / 1000
  const serving = new Set(servingUuids(record.gpus))
  const samples = rows.gpu.filter((row) => serving.has(row.uuid) && row.timeMs >= startMs)
  const tokens = rows.tokens.map((row) => ({
    atS: (row.binStartMs + TOKEN_BIN_MS / 2 - startMs) / 1000,
    value: row.tokens,
  }))
  const spans = record.trials.map((trial) => ({
    fromS: (trial.startMs - startMs) / 1000,
    toS: (trial.endMs - startMs) / 1000,
  }))
  return {
    powerW: summed(samples, (row) => row.powerW, startMs, endS),
    memoryGib: summed(samples, (row) => (row.memoryUsedMiB === null ? null : row.memoryUsedMiB / 1024), startMs, endS),
    tokensPerS: rows.tokens.length === 0 ? [] : rateSlices(tokens, endS, SLICES, spans),
    ...latencyQuantiles(record, rows),
  }
}

/** Time 0 of a run's charts, in ms of the run's clock. */
export const startOf = (record: RunRecord): number => record.trials[0]?.startMs ?? 0

/** The sum over the GPUs of a run per slice; unknown where one of them has no sample. */
function summed(rows: readonly GpuRow[], of: (row: GpuRow) => number | null, startMs: number, endS: number): Point[] {
  const byGpu = Map.groupBy(rows, (row) => row.uuid)
  const lines = [...byGpu.values()].map((own) => {
    const readings = own.flatMap((row): Reading[] => {
      const value = of(row)
      return value === null ? [] : [{ atS: (row.timeMs - startMs) / 1000, value }]
    })
    return new Map(meanSlices(readings, endS, SLICES, SAMPLE_GAP_S))
  })
  const [first, ...others] = lines
  if (first === undefined) return []
  return [...first].map(([x, y]): Point => {
    const values = [y, ...others.map((line) => line.get(x) ?? null)]
    return [x, values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0)]
  })
}

/** The distributions behind the percentiles of the record: the same requests, and TTFT from the time that leads. */
function latencyQuantiles(record: RunRecord, rows: RunRows): Pick<RunSeries, 'ttftMs' | 'tpotMs' | 'e2eMs'> {
  const [ttft, tpot, e2e]: [Weighted[], Weighted[], Weighted[]] = [[], [], []]
  for (const { index, windowStartMs, windowEndMs } of record.trials) {
    const table = rows.requests.get(index)
    if (table === undefined || !isKnown(windowStartMs) || !isKnown(windowEndMs)) continue
    const window = { startMs: windowStartMs, endMs: windowEndMs }
    const counted = countedIn(table, window, record.metricDefinitions ?? 1)
    const [dispatched, firstToken] = [table.column('dispatchedMs'), table.column('firstTokenMs')]
    const [lastToken, outputTokens] = [table.column('lastTokenMs'), table.column('outputTokens')]
    const firstTokens = table.column('firstTokens')
    const from = isScheduled(record.scenario.load) ? table.column('scheduledMs') : dispatched
    for (let at = 0; at < table.length; at += 1) {
      const [firstMs, lastMs] = [firstToken[at]!, lastToken[at]!]
      if (counted.ttft(at)) ttft.push({ value: firstMs - from[at]!, weight: 1 })
      if (counted.completion(at)) e2e.push({ value: lastMs - dispatched[at]!, weight: 1 })
      const weight = counted.pace(at)
      const span = { firstMs, lastMs, tokens: outputTokens[at]!, firstTokens: firstTokens[at]! }
      if (weight > 0) tpot.push({ value: tpotMsOf(span), weight })
    }
  }
  return { ttftMs: quantiles(ttft), tpotMs: quantiles(tpot), e2eMs: quantiles(e2e) }
}

function quantiles(values: readonly Weighted[]): number[] | null {
  const known = values.filter(({ value }) => Number.isFinite(value))
  const ones = Float64Array.from(known.filter(({ weight }) => weight === 1).map(({ value }) => value))
  const others = known.filter(({ weight }) => weight < 1)
  const shares = Array.from({ length: QUANTILE_STEPS + 1 }, (_, step) => step / QUANTILE_STEPS)
  return known.length === 0 ? null : weightedQuantiles({ ones, others }, shares).map(rounded)
}
