import { z } from 'zod'
import { measuredSchema } from '../measured.ts'

/** The server in the record: its settings, and its own counters in each trial. */

const nullableNumber = z.number().nullable()
const reasons = z
  .record(z.string(), z.string().describe('why this field is null'))
  .describe('why fields are null, by field')

/** Settings of the server, as far as it reports them. Nothing here is assumed. */
export const servingSchema = z.object({
  metricNames: z
    .enum(['vllm', 'vllm-older', 'sglang', 'llama.cpp', 'tensorrt-llm', 'tgi', 'joulemark-proof', 'other', 'none'])
    .describe('metric names on the Prometheus page: of which engine, of one that is not read, or no such page'),
  kvCapacityTokens: nullableNumber.describe('tokens that the KV cache holds, over all engines'),
  kvMaxConcurrency: nullableNumber.describe('sequences of max_model_len that fit the KV cache at once'),
  kvBlockTokens: nullableNumber.describe('tokens of a block of the KV cache; the prefix cache finds whole blocks'),
  kvCacheDtype: z.string().nullable().describe('as configured; auto is the dtype of the model'),
  prefixCaching: z.boolean().nullable().describe('whether the prefix cache is on'),
  gpuMemoryUtilization: nullableNumber.describe(
    'share of the memory of a card that the server may take (--gpu-memory-utilization)',
  ),
  speculation: z.boolean().nullable().describe('whether speculative decoding is set up'),
  quantization: z
    .string()
    .nullable()
    .describe('method of quantization by name; none if the server says that there is none'),
  tensorParallel: nullableNumber.describe('GPUs over which the layers are split'),
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
    .optional()
    .describe('the image that the server ran in; absent if it is not known, and in older records'),
  phases: z
    .array(
      z.object({
        phase: z
          .enum(startPhases)
          .describe(
            'image: pulling it; boot: until loading begins; download, load: the weights; compile: torch.compile; tune: kernels; graphs: CUDA graphs; warm-up: what follows each of these',
          ),
        seconds: z.number().nonnegative().describe('how long it took, all its parts together'),
      }),
    )
    .optional()
    .describe('what the start consisted of, by the log of the server'),
})
export type ServerStart = z.infer<typeof serverStartSchema>

/** Prefixes that were sent once before the load, for an asked hit rate of the prefix cache. */
export const primingSchema = z.object({
  askedShare: z.number().describe('share of all prompt tokens that the cache is to serve'),
  expectedShare: z.number().describe('the same for the prompts as planned: whole blocks, never the last token'),
  groups: z.int().positive().describe('different prefixes; each request begins with one of them'),
  prefixTokens: z.int().nonnegative().describe('tokens of each prefix that a request may find, in whole blocks'),
  blockTokens: z.int().positive().describe('tokens of a block of the prefix cache'),
  blockTokensFrom: z.enum(['server', 'assumed']).describe('assumed: the server does not report its block size'),
  requests: z.int().nonnegative().describe('requests that were sent for the prefixes; 0 where nothing had to be'),
  requestsOk: z.int().nonnegative().describe('those of them that succeeded'),
  startMs: z.number().describe('start of this phase, on the clock of the run'),
  endMs: z.number().describe('end of this phase, on the clock of the run'),
  room: z
    .object({
      capacityTokens: z.number().describe('tokens that the KV cache of the server holds'),
      neededTokens: z.number().describe('tokens of the prefixes and of the requests in flight'),
      wantedTokens: z.number().describe('the same and what is written between two uses of a prefix'),
    })
    .optional()
    .describe(
      'KV cache that there is and that the prefixes need, in tokens; absent if the server does not report its cache',
    ),
})
export type Priming = z.infer<typeof primingSchema>

/** Changes of the server's counters from just before a trial to just after it, and maxima of its gauges. */
export const serverTrialSchema = z.object({
  scrapes: z.int().nonnegative().describe('readings of its counters, that before and that after the trial included'),
  generationTokens: measuredSchema.describe('output tokens'),
  generationTokensWithin: z
    .number()
    .positive()
    .optional()
    .describe('tokens by which that may be off, because the server prints few digits; absent where it prints them all'),
  promptTokens: measuredSchema.describe('prompt tokens'),
  prefixCacheQueries: measuredSchema.describe('prompt tokens that were looked up'),
  prefixCacheHits: measuredSchema.describe('prompt tokens that were found'),
  preemptions: measuredSchema.describe('times that a running request was put aside, because the KV cache was full'),
  requestSuccess: measuredSchema.describe('requests that ended, for any reason'),
  requestsByReason: z
    .record(z.string(), z.number().describe('requests that ended for this reason'))
    .describe('the same by reason, as the server names them; empty if it does not split them'),
  specDecodeDrafts: measuredSchema.describe('drafts of speculative decoding'),
  specDecodeDraftTokens: measuredSchema.describe('tokens of these drafts'),
  specDecodeAcceptedTokens: measuredSchema.describe('those of them that were accepted'),
  ttftMeanMs: measuredSchema.describe('mean TTFT as the server timed it'),
  itlMeanMs: measuredSchema.describe('mean time between engine steps of one request, as the server timed it'),
  tokensPerStep: measuredSchema.describe('output tokens per engine step and request: 1 unless the server speculates'),
  itlShortShare: measuredSchema
    .optional()
    .describe('share of the times between engine steps of one request that are at most 10 ms'),
  runningMax: measuredSchema.describe('most requests that ran at a reading'),
  waitingMax: measuredSchema.describe('most requests that waited at a reading'),
  kvUsageMax: measuredSchema.describe('highest share of the KV cache in use at a reading'),
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
  requestsOk: z.int().nonnegative().describe('requests that succeeded'),
  requestsFailed: z.int().nonnegative().describe('requests that did not'),
  plannedPromptTokens: measuredSchema.describe('prompt tokens that were planned, for the requests that succeeded'),
  plannedOutputTokens: z.number().describe('output tokens that were planned, for the requests that succeeded'),
  usagePromptTokens: z.number().describe('prompt tokens by the usage of the requests that succeeded'),
  usageOutputTokens: z.number().describe('output tokens by the usage of the requests that succeeded'),
  usageCachedTokens: measuredSchema.describe('prompt tokens from the prefix cache, by usage'),
  streamedOutputTokens: z.number().describe('output tokens by their arrival, of all requests'),
  contentEvents: z.number().describe('events that carried a token'),
  failedOutputTokens: z.number().describe('tokens that failed requests are known to have received'),
  failedOutputTokensMost: z.number().describe('tokens that they may have received at most'),
  ttftMeanMs: measuredSchema.describe('mean TTFT of the requests that succeeded'),
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
    .describe(
      'successful requests whose answer was longer or shorter than requested, by usage; only longer ones where the model may end an answer',
    ),
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
