import type { RequestTable } from '../../harness/record/request-table.ts'
import { type GapRow, TOKEN_BIN_MS, type TokenRow } from '../../harness/record/rows.ts'
import type { RunRows } from '../../harness/record/run-rows.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { percentileSorted } from '../../harness/stats/percentiles.ts'

/** Mean, population standard deviation (numpy's default), median and p99, as in `vllm bench serve`. */
export interface Spread {
  readonly mean: number | null
  readonly std: number | null
  readonly median: number | null
  readonly p99: number | null
  readonly n: number
}

/** One trial by the definitions of `vllm bench serve`: the whole trial, not its steady window. */
export interface VllmBenchTrial {
  readonly runId: string
  readonly trial: number
  readonly trials: number
  readonly simulated: boolean
  readonly startedAt: string
  readonly modelId: string
  readonly completed: number
  readonly failed: number
  /** Null in an open loop, which has a request rate; and vice versa. */
  readonly maxConcurrency: number | null
  readonly requestRate: number | null
  readonly burstiness: number
  /** First dispatch to last completion. */
  readonly durationS: number | null
  readonly inputTokens: number
  readonly outputTokens: number
  /** Successful requests that met every limit of the scenario's SLO; null without one. */
  readonly good: number | null
  /** Maximum tokens in one second; vLLM's client counts chunks here. */
  readonly peakTokensPerS: number | null
  /** Maximum requests in flight in one second. */
  readonly peakConcurrent: number
  readonly ttftMs: Spread
  readonly tpotMs: Spread
  readonly itlMs: Spread
  readonly e2elMs: Spread
}

/**
 * The results of `vllm bench serve` for each trial, by its own definitions: TTFT to the first chunk of any kind, TPOT
 * from there, all successful requests of the whole trial, throughput over first dispatch to last completion.
 */
export function vllmBenchTrials(record: RunRecord, rows: RunRows): VllmBenchTrial[] {
  const { scenario } = record
  if (scenario.kind !== 'text') return []
  const { load, slo } = scenario
  return record.trials.flatMap((trial, at) => {
    const requests = rows.requests.get(trial.index)
    if (requests === undefined || requests.length === 0) return []
    const own = <Row extends { readonly trial: number }>(list: readonly Row[]) =>
      list.filter((row) => row.trial === trial.index)
    return [
      {
        runId: record.id,
        trial: at + 1,
        trials: record.trials.length,
        simulated: record.source === 'simulated',
        startedAt: record.startedAt,
        modelId: record.endpoint.model ?? scenario.model,
        maxConcurrency: load.shape === 'closed' ? load.concurrency : load.maxInFlight,
        requestRate: load.shape === 'open' ? load.ratePerS : null,
        burstiness: load.shape === 'open' ? load.burstiness : 1,
        ...countsOf(requests, own(rows.tokens)),
        ...spreadsOf(requests, own(rows.gaps)),
        good: slo === undefined ? null : goodOf(requests, slo),
      },
    ]
  })
}

interface Latency {
  readonly ttftMs: number
  readonly e2eMs: number
  readonly tpotMs: number | null
}

function* latencies(requests: RequestTable): Generator<Latency> {
  const [dispatched, firstChunk] = [requests.column('dispatchedMs'), requests.column('firstChunkMs')]
  const [lastToken, outputTokens] = [requests.column('lastTokenMs'), requests.column('outputTokens')]
  for (let at = 0; at < requests.length; at += 1) {
    if (!requests.isOk(at)) continue
    const ttftMs = firstChunk[at]! - dispatched[at]!
    const e2eMs = lastToken[at]! - dispatched[at]!
    const count = outputTokens[at]!
    yield { ttftMs, e2eMs, tpotMs: count > 1 ? (e2eMs - ttftMs) / (count - 1) : null }
  }
}

function spreadsOf(
  requests: RequestTable,
  gaps: readonly GapRow[],
): Pick<VllmBenchTrial, 'ttftMs' | 'tpotMs' | 'itlMs' | 'e2elMs'> {
  const all = [...latencies(requests)]
  return {
    ttftMs: spreadOf(all.map(({ ttftMs }) => ttftMs)),
    tpotMs: spreadOf(all.flatMap(({ tpotMs }) => tpotMs ?? [])),
    itlMs: weightedSpread(gaps),
    e2elMs: spreadOf(all.map(({ e2eMs }) => e2eMs)),
  }
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort()
  const n = sorted.length
  if (n === 0) return { mean: null, std: null, median: null, p99: null, n }
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n
  const at = (share: number) => percentileSorted(sorted, share)
  return { mean, std: Math.sqrt(variance), median: at(0.5), p99: at(0.99), n }
}

/** The same of a histogram; a percentile is the value of the bucket that its rank falls in. */
function weightedSpread(gaps: readonly GapRow[]): Spread {
  const n = gaps.reduce((sum, { count }) => sum + count, 0)
  if (n === 0) return { mean: null, std: null, median: null, p99: null, n }
  const mean = gaps.reduce((sum, { gapMs, count }) => sum + gapMs * count, 0) / n
  const variance = gaps.reduce((sum, { gapMs, count }) => sum + count * (gapMs - mean) ** 2, 0) / n
  const sorted = gaps.toSorted((a, b) => a.gapMs - b.gapMs)
  const at = (share: number) => {
    let seen = 0
    for (const { gapMs, count } of sorted) {
      seen += count
      if (seen > share * (n - 1)) return gapMs
    }
    return null
  }
  return { mean, std: Math.sqrt(variance), median: at(0.5), p99: at(0.99), n }
}

type Counts = Pick<
  VllmBenchTrial,
  'completed' | 'failed' | 'durationS' | 'inputTokens' | 'outputTokens' | 'peakTokensPerS' | 'peakConcurrent'
>

function countsOf(requests: RequestTable, tokens: readonly TokenRow[]): Counts {
  const [dispatched, ends] = [requests.column('dispatchedMs'), requests.column('endMs')]
  const [prompt, output] = [requests.column('promptTokens'), requests.column('outputTokens')]
  let [completed, inputTokens, outputTokens] = [0, 0, 0]
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let at = 0; at < requests.length; at += 1) {
    if (Number.isFinite(dispatched[at])) first = Math.min(first, dispatched[at]!)
    last = Math.max(last, ends[at]!)
    if (!requests.isOk(at)) continue
    completed += 1
    inputTokens += prompt[at] || 0
    outputTokens += output[at] || 0
  }
  const durationS = last > first ? (last - first) / 1000 : null
  const seconds = new Map<number, number>()
  for (const { binStartMs, tokens: count } of tokens) {
    const second = Math.floor((binStartMs + TOKEN_BIN_MS / 2 - first) / 1000)
    seconds.set(second, (seconds.get(second) ?? 0) + count)
  }
  return {
    completed,
    failed: requests.length - completed,
    durationS,
    inputTokens,
    outputTokens,
    peakTokensPerS: seconds.size === 0 ? null : Math.max(...seconds.values()),
    peakConcurrent: durationS === null ? 0 : peakConcurrent(requests, first),
  }
}

function peakConcurrent(requests: RequestTable, firstMs: number): number {
  const [dispatched, lastToken] = [requests.column('dispatchedMs'), requests.column('lastTokenMs')]
  const changes = new Map<number, number>()
  const change = (second: number, by: number) => changes.set(second, (changes.get(second) ?? 0) + by)
  for (let at = 0; at < requests.length; at += 1) {
    if (!requests.isOk(at)) continue
    change(Math.floor((dispatched[at]! - firstMs) / 1000), 1)
    change(Math.floor((lastToken[at]! - firstMs) / 1000) + 1, -1)
  }
  let [running, peak] = [0, 0]
  for (const [, by] of [...changes].sort(([a], [b]) => a - b)) {
    running += by
    peak = Math.max(peak, running)
  }
  return peak
}

function goodOf(requests: RequestTable, slo: NonNullable<RunRecord['scenario']['slo']>): number {
  const most = Number.POSITIVE_INFINITY
  let good = 0
  for (const { ttftMs, tpotMs, e2eMs } of latencies(requests)) {
    if (ttftMs <= (slo.ttftMs ?? most) && (tpotMs ?? 0) <= (slo.tpotMs ?? most) && e2eMs <= (slo.e2eMs ?? most))
      good += 1
  }
  return good
}
