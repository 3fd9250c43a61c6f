import { z } from 'zod'
import { arrivalFields, positiveInt } from './schema-parts.ts'

/** The parts of a scenario that define embeddings or reranking: texts go in, and no text comes out. */

/** Tokens of a query to rank documents for. */
const DEFAULT_QUERY_TOKENS = 32

export const textsSchema = z.strictObject({
  tokens: positiveInt
    .max(1_000_000)
    .describe('tokens of each text, the special tokens of the model included; with rerank of each document'),
  perRequest: positiveInt.max(2048).default(1).describe('texts in one request; with rerank documents for one query'),
  queryTokens: positiveInt
    .max(1_000_000)
    .default(DEFAULT_QUERY_TOKENS)
    .describe('rerank: tokens of the query, which the model reads with each document'),
})

/** Load shapes: no conversations and no traces. */
export const embeddingsLoadSchema = z.discriminatedUnion('shape', [
  z.strictObject({
    shape: z.literal('closed').describe('a fixed number of requests in flight'),
    concurrency: positiveInt.max(10_000).describe('requests in flight'),
    rampSeconds: z.number().nonnegative().default(1).describe('the starts of the streams are spread over this time'),
  }),
  z.strictObject({
    shape: z.literal('open').describe('requests are sent at their scheduled times'),
    ratePerS: z.number().positive().max(100_000).describe('requests per second'),
    ...arrivalFields,
  }),
])

/** Tokens of one request by the count of the server: each document is read together with the query. */
export const requestTokens = (
  api: 'embeddings' | 'rerank',
  { tokens, perRequest, queryTokens }: z.infer<typeof textsSchema>,
): number => perRequest * (api === 'rerank' ? tokens + queryTokens : tokens)
