import { RequestTable } from '../../harness/record/request-table.ts'
import type { GpuRow, RequestRow } from '../../harness/record/rows.ts'
import type { RunRows } from '../../harness/record/run-rows.ts'
import type { Trial } from '../../harness/record/schema/trial.ts'
import { makeTextTrial } from '../../harness/testing/trial-builder.ts'

/** A request as it is in requests.csv; what a test does not say is made up. Times are ms. */
export function makeRequest(over: Partial<RequestRow> & { readonly dispatchedMs: number }): RequestRow {
  const { dispatchedMs } = over
  return {
    trial: 0,
    id: 0,
    worker: 0,
    scheduledMs: dispatchedMs,
    firstByteMs: dispatchedMs + 1,
    firstChunkMs: dispatchedMs + 10,
    firstTokenMs: dispatchedMs + 20,
    lastTokenMs: dispatchedMs + 110,
    endMs: dispatchedMs + 110,
    plannedPromptTokens: 32,
    plannedOutputTokens: 11,
    promptTokens: 32,
    outputTokens: 11,
    cachedTokens: 0,
    chunks: 11,
    maxGapMs: 10,
    outcome: 'ok',
    httpStatus: 200,
    finishReason: 'length',
    error: '',
    firstTokens: 1,
    lumpedTokens: 0,
    contentBytes: 400,
    firstAnswerMs: null,
    reasoningTokens: null,
    reasoningEvents: null,
    reasoningCount: null,
    session: null,
    turn: null,
    turnsLeft: null,
    ...over,
  }
}

/** One sample of one GPU. */
export function makeSample(timeMs: number, powerW: number | null, uuid = 'GPU-0'): GpuRow {
  return {
    timeMs,
    arrivalMs: timeMs,
    uuid,
    powerW,
    powerInstantW: null,
    memoryUsedMiB: 20_480,
    utilizationGpuPct: 100,
    utilizationMemoryPct: 50,
    smClockMHz: 2500,
    memClockMHz: 10_500,
    temperatureC: 60,
    pstate: 'P2',
    eventReasons: '0x0',
  }
}

/** A trial with a window, and nothing else that a chart looks at. */
export const makeTrial = (index: number, startMs: number, window: readonly [number, number], endMs: number): Trial =>
  makeTextTrial({ index, startMs, endMs, sendUntilMs: endMs, windowStartMs: window[0], windowEndMs: window[1] })

/** Rows of one run: requests by their trial, and the rest as given. */
export function makeRows(requests: readonly RequestRow[], over: Partial<Omit<RunRows, 'requests'>> = {}): RunRows {
  const tables = [...Map.groupBy(requests, (row) => row.trial)].map(
    ([trial, rows]) => [trial, new RequestTable(rows)] as const,
  )
  return { gpu: [], tokens: [], gaps: [], ...over, requests: new Map(tables) }
}
