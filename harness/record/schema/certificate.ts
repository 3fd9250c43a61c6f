import { z } from 'zod'

const quantilesSchema = z.object({ p50: z.number(), p99: z.number() })
const spreadSchema = z.object({ p50: z.number(), p99: z.number(), max: z.number() })

/** Errors of the client against an exact server on this machine, measured just before the run. */
export const certificateSchema = z.object({
  streams: z.int(),
  tokensPerSPerStream: z.number().describe('pace of the exact server'),
  ttftErrorMs: spreadSchema.describe('reported TTFT of each request against that of the server, without sign'),
  gapErrorMs: spreadSchema.describe('reported percentiles of the chunk gaps against the true ones, without sign'),
  requests: z.int().optional().describe('requests that were compared'),
  ttftMs: z
    .object({ reported: quantilesSchema, true: quantilesSchema })
    .optional()
    .describe('TTFT as reported, and as the server timed it'),
  arrivals: z.enum(['closed', 'open', 'trace']).optional().describe('how the requests were spaced: as in the run'),
  seconds: z.number().optional().describe('time in which requests were sent'),
  cpuShareOfCore: z.number().describe('of the busiest worker'),
  highestTokensPerS: z.number().describe('full speed, up to 64 streams, one worker'),
})
