import { z } from 'zod'
import { goals } from '../../harness/operating/operating-points.ts'

/** The document of tunings as a schema: for whoever reads one, and for a test that the writer keeps to it. */

/** Increases when a key is removed or changes its meaning; new keys do not count. */
export const TUNE_JSON_VERSION = 1

const nullableText = z.string().nullable()
const nullableNumber = z.number().nullable()
const interval = z.tuple([z.number(), z.number()]).describe('95 % interval: low, high')
const share = z.number().describe('a share: 0.05 is 5 %')
const pointKey = z.string().describe('`key` of a point')

const figureSchema = z.strictObject({
  mean: nullableNumber,
  ci95: interval.nullable(),
  n: z.int().nonnegative().describe('blocks that it is the mean of'),
  unit: z.string(),
  reason: z.string().optional().describe('why there is no mean'),
})
const relativeSchema = z.strictObject({ value: share, ci95: interval }).nullable()

const pointSchema = z.strictObject({
  key: z.string(),
  label: z.string(),
  powerLimitW: nullableNumber.describe('per GPU, as asked; null: left as it was found'),
  smClockMHz: nullableNumber.describe('locked SM clock; null: not locked'),
  concurrency: z.int().nullable().describe('requests in flight; null: the load has no such number'),
  enforcedW: nullableNumber.describe('per GPU, as read back'),
  blocks: z.array(z.int().nonnegative()).describe('blocks with a run that counts'),
  runs: z.array(z.string()).describe('ids of run records'),
  figures: z.record(z.string(), figureSchema).describe('by key of docs/metrics.md'),
  gbp: figureSchema.describe('cost per `priced` units'),
  change: relativeSchema.describe('headline metric against the highest limit at the same load, within blocks'),
  slo: z.strictObject({
    state: z.enum(['met', 'missed', 'unclear', 'unknown']),
    share: share.nullable().describe('of the requests that met every limit'),
    reason: nullableText,
  }),
  reason: nullableText.describe('why the point has no figure'),
})

const bestSchema = z.strictObject({
  goal: z.enum(goals),
  proposal: pointKey.nullable().describe('the member of lowest power; null without an answer'),
  members: z.array(pointKey).describe('points that cannot be distinguished from the best; one alone is shown to be it'),
  atMostWorse: share.nullable().describe('by how much the proposal is worse than the best at most'),
  reason: nullableText.describe('why there is no answer'),
  text: z.string().describe('the answer in words'),
})

const lossSchema = z.strictObject({
  concurrency: z.int().nullable(),
  over: z.enum(['powerLimitW', 'smClockMHz']).describe('what is lowered'),
  metric: z.string(),
  threshold: share.describe('a loss that is shown to be smaller is none'),
  reference: pointKey.nullable(),
  downTo: pointKey.nullable().describe('lowest point down to which no loss was measurable'),
  stoppedAt: pointKey.nullable(),
  isLossShown: z.boolean().describe('whether the loss at `stoppedAt` is shown, or only not excluded'),
  others: z
    .array(z.strictObject({ metric: z.string(), relative: relativeSchema }))
    .describe('what else is worse at `downTo`'),
  reason: nullableText,
  text: z.string(),
})

const tuningSchema = z.strictObject({
  id: z.string().describe('name of its folder'),
  title: z.string(),
  scenario: z.string(),
  card: z.string(),
  gpus: z.int().positive(),
  foundW: nullableNumber.describe('power limit per GPU before anything was set'),
  simulated: z.boolean(),
  blocks: z.int().nonnegative(),
  plannedBlocks: z.int().positive(),
  headline: z.string().describe('the metric that losses are counted in'),
  priced: z.string().describe('what `gbp` is the cost of, such as "million output tokens"'),
  money: z
    .strictObject({
      priceGbp: z.number(),
      years: z.number(),
      tariffGbpPerKwh: z.number(),
      utilisation: share,
      idleW: z.number(),
      pue: z.number(),
      powerOf: z.enum(['boards', 'server']).optional().describe('whose electricity it is; absent: the GPU boards'),
    })
    .nullable(),
  moneyReason: z.string().optional().describe('why there is no cost'),
  points: z.array(pointSchema),
  operatingPoints: z.array(bestSchema),
  noLoss: z.array(lossSchema),
  leftOut: z
    .array(z.strictObject({ run: nullableText, point: pointKey, block: z.int().nonnegative(), reason: z.string() }))
    .describe('runs that do not count; `run` is null where none was recorded'),
})

/** docs/schemas/tune.schema.json is made from this. */
export const tuneJsonSchema = z.strictObject({
  format: z.literal('joulemark-tune'),
  version: z.literal(TUNE_JSON_VERSION),
  simulated: z.boolean(),
  stamp: z.literal('SIMULATED').nullable(),
  tunings: z.array(tuningSchema),
})
