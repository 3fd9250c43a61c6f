import { z } from 'zod'

const amount = z.number().nullable()
const said = {
  time: z.iso.datetime().describe('in UTC'),
  level: z.enum(['info', 'warn', 'error']),
  message: z.string().describe('the line that a log in text has; its words may change'),
  lane: z.string().optional().describe('the card or place of one run among several; absent where there is one'),
}
const halfWidthShare = amount.describe(
  'half-width of the interval of the headline metric so far, as a share of its mean',
)
const targetShare = z.number().describe('half-width at which a run may end, as a share')

/** One line of stderr with `--log-format json`. */
export const logLineSchema = z.discriminatedUnion('event', [
  z.object({ ...said, event: z.literal('message').describe('text without fields of its own') }),
  z.object({ ...said, event: z.literal('error').describe('what ends the command'), exitCode: z.int() }),
  z.object({ ...said, event: z.literal('step').describe('what is done before the load, or beside it') }),
  z.object({
    ...said,
    event: z.literal('run-started'),
    scenario: z.string(),
    title: z.string(),
    cards: z.string(),
    record: z.string().describe('folder of the record'),
    simulated: z.boolean(),
    trialsFewest: z.int(),
    trialsMost: z.int(),
  }),
  z.object({
    ...said,
    event: z.literal('progress').describe('a phase begins, or goes on: every 30 s'),
    scenario: z.string().nullable(),
    simulated: z.boolean(),
    phase: z.string().describe('warm-up, trial 2, cool-down'),
    elapsedS: z.number(),
    totalS: z.number(),
    waitingFor: z.string().nullable().describe('what a pause without load waits for'),
    trialsDone: z.int(),
    trialsFewest: z.int().nullable(),
    trialsMost: z.int().nullable(),
    inFlight: z.int(),
    tokensPerS: amount
      .optional()
      .describe(
        'as requests end, smoothed; an estimate, never a result. Text: content events, fewer than tokens where one holds several (speculative decoding)',
      ),
    imagesPerS: amount.optional().describe('images, likewise'),
    requestsPerS: amount.optional().describe('embeddings, likewise'),
    powerW: amount.describe('serving cards together'),
    temperatureC: amount.describe('the warmest serving card'),
    memoryMiB: amount.describe('serving cards together'),
    kvUsageShare: amount.describe('share of the KV cache in use, by /metrics'),
    halfWidthShare,
    targetShare: targetShare.nullable(),
    left: z
      .array(z.object({ of: z.string(), leftS: z.number(), kind: z.enum(['exact', 'most', 'about']) }))
      .describe('time left of the phase, the scenario, and what it is part of; most: it may end earlier'),
  }),
  z.object({
    ...said,
    event: z.literal('trial').describe('a trial is done'),
    scenario: z.string(),
    simulated: z.boolean(),
    trial: z.int().describe('from 1'),
    metric: z.string().describe('the headline metric of the scenario'),
    value: amount,
    unit: z.string(),
    meanPowerW: amount,
    halfWidthShare,
    targetShare,
  }),
])
