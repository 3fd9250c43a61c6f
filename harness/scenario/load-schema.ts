import { z } from 'zod'
import { arrivalFields, fraction, positiveInt } from './schema-parts.ts'
import { sessionSchema } from './session/session-schema.ts'

/** Who sends when: the `load` of a text scenario. */

/** A load or a point meets the SLO if at least this share of its requests does: the 99th percentile, as latencies are promised. */
export const GOOD_SHARE = 0.99

/** Requests or sessions that a load may keep in flight. */
export const MOST_IN_FLIGHT = 10_000

const closedLoadSchema = z.strictObject({
  shape: z.literal('closed').describe('a fixed number of requests in flight: when one ends, the next is sent'),
  concurrency: positiveInt.max(MOST_IN_FLIGHT).describe('requests in flight, or sessions at a time with `session`'),
  rampSeconds: z
    .number()
    .nonnegative()
    .default(1)
    .describe('the starts of the streams are spread over this time, so that their prefills do not coincide'),
  session: sessionSchema.optional().describe('sessions of several turns with a growing context: conversations, agents'),
})

const openLoadSchema = z.strictObject({
  shape: z.literal('open').describe('requests are sent at their scheduled times, independent of the server'),
  ratePerS: z.number().positive().max(100_000).describe('requests per second'),
  ...arrivalFields,
})

const traceLoadSchema = z.strictObject({
  shape: z.literal('trace').describe('requests of a recorded trace, sent at its times'),
  file: z
    .string()
    .min(1)
    .describe(
      'relative to the scenario file: JSONL of Mooncake, an access log with the usage of each request, or CSV of Azure or BurstGPT',
    ),
  speed: z.number().positive().default(1).describe('2 replays the trace in half its time'),
  maxInFlight: arrivalFields.maxInFlight,
})

const sweepLoadSchema = z.strictObject({
  shape: z.literal('sweep').describe('one run and one record per value'),
  concurrency: z.array(positiveInt.max(MOST_IN_FLIGHT)).min(1).optional().describe('requests in flight, one run each'),
  session: sessionSchema.optional().describe('with concurrency: multi-turn conversations instead of single requests'),
  ratePerS: z.array(z.number().positive()).min(1).optional().describe('requests per second, one run each'),
  highestRate: z
    .strictObject({
      fromPerS: z.number().positive().describe('a rate that should meet the SLO'),
      toPerS: z.number().positive().describe('a rate that should not'),
      tolerance: fraction
        .default(0.05)
        .describe('relative width of the bracket at which the search ends; 5% unless given'),
      goodShare: z.number().gt(0).lte(1).default(GOOD_SHARE).describe('share of requests that must meet the SLO'),
    })
    .optional()
    .describe('search for the highest rate that meets the SLO, by bisection'),
  ...arrivalFields,
})

/** The load of one run. */
export const loadSchema = z.discriminatedUnion('shape', [closedLoadSchema, openLoadSchema, traceLoadSchema])
/** The load of a file: a sweep becomes several runs. */
export const fileLoadSchema = z
  .discriminatedUnion('shape', [closedLoadSchema, openLoadSchema, traceLoadSchema, sweepLoadSchema])
  .refine(
    (load) =>
      load.shape !== 'sweep' || [load.concurrency, load.ratePerS, load.highestRate].filter(Boolean).length === 1,
    'expected exactly one of concurrency, ratePerS or highestRate in a sweep',
  )
  .refine(
    (load) => load.shape !== 'sweep' || !load.session || load.concurrency !== undefined,
    'expected session only with concurrency in a sweep',
  )

export type Load = z.infer<typeof loadSchema>
