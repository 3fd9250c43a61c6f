import { z } from 'zod'
import { measuredSchema } from '../measured.ts'

/** The server in the record: its settings, and its own counters in each trial. */

const nullableNumber = z.number().nullable()
const reasons = z.record(z.string(), z.string()).describe('why a field is null, by field')

/** Settings of the server, as far as it reports them. Nothing here is assumed. */
export const servingSchema = z.object({
  metricNames: z
    .enum(['vllm', 'vllm-older', 'sglang', 'llama.cpp', 'tensorrt-llm', 'tgi', 'joulemark-proof', 'other', 'none'])
    .describe('metric names on the Prometheus page: of which engine, of one that is not read, or no such page'),
  kvCapacityTokens: nullableNumber.describe('tokens that the KV cache holds, over all engines'),
  kvMaxConcurrency: nullableNumber.describe('sequences of max_model_len that fit the KV cache at once'),
  kvBlockTokens: nullableNumber,
  kvCacheDtype: z.string().nullable().describe('as configured; auto is the dtype of the model'),
  prefixCaching: z.boolean().nullable(),
  gpuMemoryUtilization: nullableNumber,
  speculation: z.boolean().nullable().describe('whether speculative decoding is set up'),
  quantization: z.string().nullable(),
  tensorParallel: nullableNumber,
  parallelRequests: z.number().optional().describe('requests that the server runs at once; absent if it does not say'),
  reasons,
})
export type Serving = z.infer<typeof servingSchema>

/** What a starting server does, one after another; a start may leave out some. */
export const startPhases = ['image', 'boot', 'download', 'load', 'compile', 'tune', 'graphs', 'warm-up'] as const
export type StartPhase = (typeof startPhases)[number]

/** The start of the server that a run was measured on, if the harness started it: starts differ in performance. */
export const serverStartSchema = z.object({
  number: z.int().positive().describe('1 is the first'),
  of: z.int().positive().describe('how many starts were planned'),
  command: z.array(z.string()).optional().describe('image and flags of the server'),
  engine: z.enum(['docker', 'podman']).optional().describe('program that ran its container'),
  engineArgs: z.array(z.string()).optional().describe('further words for the engine, without values of variables'),
  image: z
    .object({
      id: z.string().nullable().describe('of the image that ran, as the engine names it'),
      digest: z.string().nullable().describe('by which its registry names it; null for an image that was not pulled'),
    })
    .optional(),
  phases: z
    .array(z.object({ phase: z.enum(startPhases), seconds: z.number().nonnegative() }))
    .optional()
    .describe('what the start consisted of, by the log of the server'),
})
export type ServerStart = z.infer<typeof serverStartSchema>

/** Prefixes that were sent once before the load, for an asked hit rate of the prefix cache. */
export const primingSchema = z.object({
  askedShare: z.number().describe('share of all prompt tokens that the cache is to serve'),
  expectedShare: z.number().describe('the same for the prompts as planned: whole blocks, never the last token'),
  groups: z.int().positive(),
  prefixTokens: z.int().nonnegative().describe('tokens of each prefix that a request may find, in whole blocks'),
  blockTokens: z.int().positive(),
  blockTokensFrom: z.enum(['server', 'assumed']).describe('assumed: the server does not report its block size'),
  requests: z.int().nonnegative(),
  requestsOk: z.int().nonnegative(),
  startMs: z.number(),
  endMs: z.number(),
  room: z
    .object({ capacityTokens: z.number(), neededTokens: z.number(), wantedTokens: z.number() })
    .optional()
    .describe(
      'KV cache of the server; prefixes and requests in flight; the same and what is written between two uses of a prefix. Absent if the server does not report its cache',
    ),
})
export type Priming = z.infer<typeof primingSchema>

/** Changes of the server's counters from just before a trial to just after it, and maxima of its gauges. */
export const serverTrialSchema = z.object({
  scrapes: z.int().nonnegative(),
  generationTokens: measuredSchema,
  generationTokensWithin: z
    .number()
    .positive()
    .optional()
    .describe('tokens by which that may be off, because the server prints few digits; absent where it prints them all'),
  promptTokens: measuredSchema,
  prefixCacheQueries: measuredSchema.describe('prompt tokens that were looked up'),
  prefixCacheHits: measuredSchema.describe('prompt tokens that were found'),
  preemptions: measuredSchema,
  requestSuccess: measuredSchema.describe('requests that ended, for any reason'),
  requestsByReason: z.record(z.string(), z.number()),
  specDecodeDrafts: measuredSchema,
  specDecodeDraftTokens: measuredSchema,
  specDecodeAcceptedTokens: measuredSchema,
  ttftMeanMs: measuredSchema,
  itlMeanMs: measuredSchema.describe('between engine steps of one request'),
  tokensPerStep: measuredSchema.describe('output tokens per engine step and request: 1 unless the server speculates'),
  itlShortShare: measuredSchema
    .optional()
    .describe('share of the times between engine steps of one request that are at most 10 ms'),
  runningMax: measuredSchema,
  waitingMax: measuredSchema,
  kvUsageMax: measuredSchema.describe('share of the KV cache'),
  otherModelTokens: measuredSchema
    .optional()
    .describe('prompt and output tokens of other models on the same page; absent if there are none'),
  processStartS: measuredSchema
    .optional()
    .describe('start of the process of the server, s since the epoch; absent if it is not reported'),
})
export type ServerTrial = z.infer<typeof serverTrialSchema>

/** Counts of the client over a whole trial, to be compared with the server's counters. */
export const clientTokensSchema = z.object({
  requestsOk: z.int().nonnegative(),
  requestsFailed: z.int().nonnegative(),
  plannedPromptTokens: measuredSchema.describe('requested, for the requests that succeeded'),
  plannedOutputTokens: z.number(),
  usagePromptTokens: z.number().describe('usage of the requests that succeeded'),
  usageOutputTokens: z.number(),
  usageCachedTokens: measuredSchema,
  streamedOutputTokens: z.number().describe('tokens by their arrival'),
  contentEvents: z.number().describe('events that carried a token'),
  failedOutputTokens: z.number().describe('tokens that failed requests are known to have received'),
  failedOutputTokensMost: z.number().describe('tokens that they may have received at most'),
  ttftMeanMs: measuredSchema,
  tpotMeanMs: measuredSchema.describe('sum of decode times / sum of tokens after the first moment'),
  lumpedTokens: z.number().optional().describe('tokens that arrived at one moment with another one'),
  requestsAtOnce: z.int().nonnegative().optional().describe('answers of several tokens that arrived at one moment'),
  contentBytes: z.number().optional().describe('bytes of text in the events'),
  promptsApart: z
    .int()
    .nonnegative()
    .optional()
    .describe('successful requests whose prompt was longer or shorter than requested, by usage'),
  answersApart: z
    .int()
    .nonnegative()
    .optional()
    .describe('successful requests whose answer was: only longer ones where the model may end an answer'),
})
export type ClientTokens = z.infer<typeof clientTokensSchema>

/**
 * Values of the server's counters, summed over its engines; times in seconds, as reported by the server. Not counters of the
 * measured model: `processStartS`, when its process started, and `otherModelTokens`, prompt and output tokens of the other
 * models on the page.
 */
export const serverMetrics = [
  'running',
  'waiting',
  'kvUsageShare',
  'preemptions',
  'prefixCacheQueries',
  'prefixCacheHits',
  'promptTokens',
  'generationTokens',
  'requestSuccess',
  'specDecodeDrafts',
  'specDecodeDraftTokens',
  'specDecodeAcceptedTokens',
  'ttftSumS',
  'ttftCount',
  'itlSumS',
  'itlCount',
  'itlShortCount',
  'processStartS',
  'otherModelTokens',
] as const
export type ServerMetric = (typeof serverMetrics)[number]

/**
 * One scrape. A metric that is not exported is absent; one whose value is not valid (negative, not finite, contradictory) is
 * in `unusable`; `requestSuccess` is also split by reason.
 */
export interface ServerReading {
  readonly values: Readonly<Partial<Record<ServerMetric, number>>>
  readonly requestsByReason: Readonly<Record<string, number>>
  readonly unusable?: readonly ServerMetric[]
}

/** Row names of `requestsByReason` in server.csv. */
export const REASON_ROW_PREFIX = 'requestSuccess/'
