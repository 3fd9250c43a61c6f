import type { GpuRow, RequestRow } from '../record/rows.ts'

/** A successful request of 100 tokens that took its first 50 ms to the first token; every field can be set. */
export function requestRow(over: Partial<RequestRow> = {}): RequestRow {
  const dispatchedMs = over.dispatchedMs === undefined ? 0 : over.dispatchedMs
  const from = dispatchedMs ?? 0
  return {
    trial: 0,
    id: 0,
    worker: 0,
    scheduledMs: from,
    dispatchedMs,
    firstByteMs: from + 5,
    firstChunkMs: from + 50,
    firstTokenMs: from + 50,
    lastTokenMs: from + 1040,
    endMs: from + 1041,
    plannedPromptTokens: 512,
    plannedOutputTokens: 100,
    promptTokens: 512,
    outputTokens: 100,
    cachedTokens: null,
    chunks: 100,
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

/** A sample of a GPU at steady power; every field can be set. */
export function gpuRow(timeMs: number, over: Partial<GpuRow> = {}): GpuRow {
  return {
    timeMs,
    arrivalMs: timeMs,
    uuid: 'GPU-a',
    powerW: 300,
    powerInstantW: 300,
    memoryUsedMiB: 20_000,
    utilizationGpuPct: 98,
    utilizationMemoryPct: 60,
    smClockMHz: 2700,
    memClockMHz: 10_501,
    temperatureC: 60,
    pstate: 'P2',
    eventReasons: '0x0000000000000004',
    ...over,
  }
}

/** Back-to-back requests on `streams` streams from `fromMs` to `toMs`, each `eachMs` long and `restMs` apart. */
export function closedLoopRows(
  streams: number,
  fromMs: number,
  toMs: number,
  eachMs: number,
  restMs = 0.1,
): RequestRow[] {
  const rows: RequestRow[] = []
  for (let stream = 0; stream < streams; stream += 1) {
    for (let at = fromMs; at < toMs; at += eachMs + restMs) {
      rows.push(requestRow({ id: rows.length, dispatchedMs: at, lastTokenMs: at + eachMs - 1, endMs: at + eachMs }))
    }
  }
  return rows
}
