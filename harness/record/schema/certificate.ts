import { z } from 'zod'

const quantilesSchema = z.object({
  p50: z.number().describe('median, in ms'),
  p99: z.number().describe('99th percentile, in ms'),
})
const spreadSchema = quantilesSchema.extend({ max: z.number().describe('largest, in ms') })

/** Errors of the client against an exact server on this machine, measured just before the run. */
export const certificateSchema = z.object({
  streams: z.int().describe('connections, as many as in the run'),
  tokensPerSPerStream: z.number().describe('pace of the exact server, in tokens/s per stream'),
  ttftErrorMs: spreadSchema.describe('reported TTFT of each request against that of the server, without sign'),
  gapErrorMs: z
    .object({
      p50: z.number().describe('error of the median, in ms'),
      p99: z.number().describe('error of the 99th percentile, in ms'),
      max: z.number().describe('error of the largest, in ms'),
    })
    .describe('reported percentiles of the chunk gaps against the true ones, without sign'),
  requests: z.int().optional().describe('requests that were compared; absent in older records'),
  ttftMs: z
    .object({
      reported: quantilesSchema.describe('as the client reported it'),
      true: quantilesSchema.describe('as the exact server timed it'),
    })
    .optional()
    .describe('TTFT as reported, and as the server timed it; absent in older records'),
  arrivals: z
    .enum(['closed', 'open', 'trace'])
    .optional()
    .describe('how the requests were spaced: as in the run; absent in older records'),
  seconds: z.number().optional().describe('time in which requests were sent; absent in older records'),
  cpuShareOfCore: z.number().describe('CPU time / wall time of the busiest worker'),
  highestTokensPerS: z.number().describe('tokens/s that one worker reads at full speed, from up to 64 streams'),
})
