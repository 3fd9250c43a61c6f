import { z } from 'zod'
import { metricVerdicts } from '../../../harness/verdict/verdict-words.ts'

/** Increases when a key is removed or changes its meaning; new keys do not count. */
export const FLEET_JSON_VERSION = 1

const share = z.number().describe('a share: 0.05 is 5 %')
const count = z.int().nonnegative()
const probability = z.number().min(0).max(1).nullable()
const verdict = z.enum(metricVerdicts)

/** What every judged change has. */
const judged = {
  key: z.string().describe('key of docs/metrics.md'),
  change: z
    .strictObject({ value: share, ci95: z.tuple([share, share]).describe('95 % interval, without adjustment') })
    .nullable()
    .describe('candidate / baseline - 1; null where it was not measured'),
  margin: share.describe('practical threshold'),
  p: probability.describe('of no change'),
  pAdjusted: probability.describe('by Holm, over all hypotheses of its family'),
  pEquivalence: probability.describe('the larger p of two one-sided tests against the margin'),
  verdict,
  reason: z.string(),
}
const side = z.strictObject({ mean: z.number().nullable(), starts: count })
const column = z.strictObject({ id: z.string(), scenario: z.string(), title: z.string() })
export const siblingSchema = z.strictObject({
  unit: z.string(),
  column: z.string(),
  metric: z.string(),
  label: z.string(),
  measured: z.number(),
  reference: z.number().describe('median of the siblings'),
  worseBy: share.describe('by how much it is worse than the reference; negative if it is better'),
  margin: share.describe('by how much a healthy one may be worse'),
  siblings: count,
  verdict: z.enum(['pass', 'low', 'remark']),
  cause: z.string().nullable(),
})
export const unitSchema = z.strictObject({
  id: z.string().describe('UUIDs of its GPUs; the host where no GPU was read'),
  host: z.string(),
  gpus: z.array(z.string()),
  name: z.string(),
  card: z.string(),
  box: z.string().describe('the same for units of one machine'),
})

/** docs/schemas/fleet.schema.json is made from this. */
export const fleetJsonSchema = z.strictObject({
  format: z.literal('joulemark-fleet'),
  version: z.literal(FLEET_JSON_VERSION),
  outcome: z.enum([...metricVerdicts, 'not-comparable']).describe('what the exit code of `fleet compare` says'),
  sentence: z.string(),
  simulated: z.boolean(),
  stamp: z.literal('SIMULATED').nullable(),
  smallestEffect: share.describe('practical threshold of a unit'),
  smallestFleetEffect: share.describe('practical threshold of the fleet'),
  changes: z
    .array(z.strictObject({ id: z.string(), label: z.string(), before: z.string(), after: z.string() }))
    .describe('the settings that changed on most units'),
  units: z.array(unitSchema),
  columns: z.array(column).describe('scenarios, alone and with other cards under load'),
  fleet: z.array(
    z.strictObject({
      column: z.string(),
      card: z.string(),
      headline: z.string(),
      verdict,
      metrics: z.array(
        z.strictObject({
          ...judged,
          boxes: count,
          units: count,
          spreads: z
            .strictObject({ boxes: share.nullable(), starts: share.nullable(), trials: share.nullable() })
            .describe('standard deviations of the parts of the model; null where nothing is repeated'),
        }),
      ),
    }),
  ),
  cells: z.array(
    z.strictObject({
      unit: z.string(),
      column: z.string(),
      kind: z.enum(['pair', 'not-judged', 'absent']).describe('`absent`: not asked of this unit on either side'),
      verdict: verdict.nullable(),
      inFleet: z.boolean(),
      reason: z.string().nullable(),
      lead: z.string().nullable().describe('key of the metric that is shown for it'),
      headline: z.string().nullable(),
      metrics: z.array(z.strictObject({ ...judged, baseline: side, candidate: side })),
      baselineRuns: z.array(z.string()),
      candidateRuns: z.array(z.string()),
    }),
  ),
  low: z
    .array(siblingSchema.extend({ wasBefore: z.boolean().describe('whether it was low before the change too') }))
    .describe('figures below those of the siblings after the change'),
  notes: z.array(z.string()),
})
