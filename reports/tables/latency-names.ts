/** The latencies of a request by their key in an SLO; their percentiles are metrics of the catalogue. */
export const latencyNames = {
  ttftMs: { short: 'TTFT', long: 'time to first token' },
  tpotMs: { short: 'TPOT', long: 'time per output token' },
  e2eMs: { short: 'E2E', long: 'end-to-end latency' },
} as const

export type LatencyKey = keyof typeof latencyNames
