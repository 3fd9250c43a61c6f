import type { KeyObject } from 'node:crypto'
import { recompute } from '../evidence/recompute.ts'
import { sealed, signedInChain } from '../evidence/seal.ts'
import { readTrialRows } from '../evidence/trial-rows.ts'
import { canonicalSha256 } from '../record/provenance.ts'
import type { CounterRow, GpuRow, RequestRow, ServerRow, TokenRow, WallRow } from '../record/rows.ts'
import { type RunRecord, runRecordSchema } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'
import { RunWriter } from '../record/writer.ts'
import { observed, UUID } from './live-record-box.ts'
import { closedLoopRows, gpuRow } from './rows.ts'
import { makeClientTokens, makeTextTrial } from './trial-builder.ts'
import { makeWall, makeWallSource } from './wall-builder.ts'

/**
 * A synthetic record with source `live`, for tests only: rows of a steady load on one card, with every value and gate
 * computed from them. It passes every required gate.
 */
export interface LiveRun {
  readonly directory: string
  readonly record: RunRecord
}

export interface LiveOptions {
  readonly key?: KeyObject | null
  /** Folder of the chain of the key; without it the run has no place. */
  readonly chain?: string
  readonly id?: string
  /** Also write readings of the energy counter that agree with the samples. */
  readonly counter?: boolean
  /** Also write power of the server: 200 W more than the card, read a second later. */
  readonly wall?: boolean
  /** Overrides of a test; values and gates are computed from them. */
  readonly over?: Partial<RunRecord>
}

const STREAMS = 8
const TRIAL_MS = 20_000
const TRIALS = 3

/** Writes such a run under `root`. */
export async function writeLiveRun(root: string, options: LiveOptions = {}): Promise<LiveRun> {
  const writer = new RunWriter(root, options.id ?? '20261120-101500-rtx-4090-llama-3.1-8b-fp8-batch8')
  for (const name of ['requests.csv', 'tokens.csv', 'gaps.csv', 'gpu.csv', 'server.csv', 'counter.csv'] as const) {
    writer.openCsv(name)
  }
  const trials: Pick<Trial, 'index' | 'startMs' | 'sendUntilMs' | 'endMs'>[] = []
  for (let index = 0; index < TRIALS; index += 1) {
    const startMs = 5000 + index * 30_000
    const rows = requestsOf(index, startMs)
    writer.append('requests.csv', rows)
    writer.append('tokens.csv', tokensOf(index, rows))
    writer.append('gaps.csv', [{ trial: index, gapMs: 10.02, count: rows.length * 99 }])
    writer.append('server.csv', serverRows(index, startMs, rows))
    const endMs = Math.max(...rows.map((row) => row.endMs))
    trials.push({ index, startMs, sendUntilMs: startMs + TRIAL_MS, endMs })
  }
  const samples = samplesOf(trials.at(-1)?.endMs ?? 0, trials)
  writer.append('gpu.csv', samples)
  if (options.counter) writer.append('counter.csv', countedFrom(samples))
  const wallRows = options.wall ? serverPowerFrom(samples) : []
  if (options.wall) {
    writer.openCsv('wall.csv')
    writer.append('wall.csv', wallRows)
  }
  const wall = options.wall ? { wall: makeWall(0, { sources: [makeWallSource({ rows: wallRows.length })] }) } : {}
  const base = { ...boxOf(writer.id, options.counter), ...wall, ...options.over }
  const scenarioSha256 = canonicalSha256(base.scenario)
  // the values of these trials are recomputed from the rows; the client's own measurements and the times stay
  const measured = trials.map((trial) =>
    makeTextTrial({ ...trial, clientTokens: makeClientTokens(), gpuRows: samples.length }),
  )
  const open = { ...base, scenarioSha256, trials: measured, files: writer.closeFiles() }
  const record = { ...open, ...recompute(open, await readTrialRows(writer.directory)) }
  const whole = runRecordSchema.parse(record)
  const { key = null, chain = null } = options
  const kept = key ? await signedInChain(writer.directory, whole, { key, chain, warn: unexpected }) : sealed(whole)
  writer.writeRecord(kept)
  return { directory: writer.directory, record: kept }
}

/** A chain that cannot be written is a failure of the test. */
const unexpected = (warning: string): never => {
  throw new Error(warning)
}

function requestsOf(trial: number, startMs: number): RequestRow[] {
  const eachMs = 1041 + 2 * trial
  return closedLoopRows(STREAMS, startMs, startMs + TRIAL_MS, eachMs).map((row) => ({ ...row, trial }))
}

/** 100 tokens per request, evenly from its first to its last. */
function tokensOf(trial: number, rows: readonly RequestRow[]): TokenRow[] {
  const bins = new Map<number, number>()
  for (const { firstTokenMs, lastTokenMs } of rows) {
    const [from, to] = [firstTokenMs ?? 0, lastTokenMs ?? 0]
    for (let token = 0; token < 100; token += 1) {
      const bin = Math.floor((from + ((to - from) * token) / 99) / 20) * 20
      bins.set(bin, (bins.get(bin) ?? 0) + 1)
    }
  }
  return [...bins].toSorted(([a], [b]) => a - b).map(([binStartMs, tokens]) => ({ trial, binStartMs, tokens }))
}

function serverRows(trial: number, startMs: number, rows: readonly RequestRow[]): ServerRow[] {
  const n = rows.length
  const tpotS = rows.reduce((sum, row) => sum + ((row.lastTokenMs ?? 0) - (row.firstTokenMs ?? 0)) / 1000, 0)
  const counts = {
    generationTokens: 100 * n,
    promptTokens: 512 * n,
    prefixCacheQueries: 512 * n,
    prefixCacheHits: 0,
    preemptions: 0,
    requestSuccess: n,
    ttftSumS: 0.05 * n,
    ttftCount: n,
    itlSumS: tpotS,
    itlCount: 99 * n,
    running: 0,
    waiting: 0,
    kvUsageShare: 0,
  }
  const reading = (phase: string, timeMs: number, share: number) =>
    Object.entries(counts).map(([metric, value]) => ({ timeMs, phase, trial, metric, value: value * share }))
  return [
    ...reading('before', startMs - 1000, 0),
    ...reading('during', startMs + 5000, 0.25).map((row) => (row.metric === 'running' ? { ...row, value: 8 } : row)),
    ...reading('after', startMs + TRIAL_MS + 3000, 1),
  ]
}

/** 5 Hz from long before to long after, full power under load, without the sensor's averaging. */
function samplesOf(endMs: number, trials: readonly { readonly startMs: number; readonly endMs: number }[]): GpuRow[] {
  const rows: GpuRow[] = []
  for (let timeMs = 0; timeMs < endMs + 4000; timeMs += 200) {
    const busy = trials.some((trial) => timeMs >= trial.startMs && timeMs <= trial.endMs + 500)
    const powerW = busy ? 340 + (rows.length % 7) : 60
    const load = { utilizationGpuPct: busy ? 98 : 0, pstate: busy ? 'P2' : 'P8' }
    rows.push(gpuRow(timeMs, { uuid: UUID, powerW, powerInstantW: null, ...load }))
  }
  return rows
}

/** Values of an energy counter: the samples are 200 ms apart, and one watt for one millisecond is one millijoule. */
function countedFrom(samples: readonly GpuRow[]): CounterRow[] {
  let energyMj = 1_000_000
  return samples.map(({ timeMs, uuid, powerW }) => {
    energyMj += (powerW ?? 0) * 200
    return { timeMs, uuid, energyMj }
  })
}

/** Whole watts, once a second. */
const serverPowerFrom = (samples: readonly GpuRow[]): WallRow[] =>
  samples
    .filter((_, index) => index % 5 === 0)
    .map(({ timeMs, powerW }) => ({
      timeMs: timeMs + 1000,
      source: 'ipmi',
      domain: 'server',
      powerW: Math.round(200 + (powerW ?? 0)),
      energyUj: null,
    }))

function boxOf(id: string, hasCounter = false): RunRecord {
  const box = observed(id)
  const { telemetry } = box
  return hasCounter && telemetry ? { ...box, telemetry: { ...telemetry, counter: { state: 'ok' } } } : box
}
