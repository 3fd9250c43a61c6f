import { z } from 'zod'
import { metricVerdicts } from '../../../harness/verdict/verdict-words.ts'

/** Increases when a key is removed or changes its meaning; new keys do not count. */
export const FLEET_JSON_VERSION = 1

const share = z.number().describe('a share: 0.05 is 5 %')
const count = z.int().nonnegative()
const probability = z.number().min(0).max(1).nullable()
const verdict = z.enum(metricVerdicts).describe('what the difference means: joulemark explain verdict ID')

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
  reason: z.string().describe('the verdict in words'),
}
const side = z.strictObject({
  mean: z.number().nullable().describe('mean over its starts; null if none was measured'),
  starts: count.describe('starts of the model server in it'),
})
const unitId = z.string().describe('id of the unit')
const columnId = z.string().describe('id of the column')
const metricLabel = z.string().describe('the metric in words')
export const columnSchema = z.strictObject({
  id: z.string().describe('id, by which cells name it'),
  scenario: z.string().describe('name of the scenario'),
  title: z.string().describe('its title, with what the other cards did'),
})
export const siblingSchema = z.strictObject({
  unit: unitId,
  column: columnId,
  metric: z.string().describe('key of docs/metrics.md'),
  label: metricLabel,
  measured: z.number().describe('mean of this unit, in the unit of the metric'),
  reference: z.number().describe('median of the siblings'),
  worseBy: share.describe('by how much it is worse than the reference; negative if it is better'),
  margin: share.describe('by how much a healthy one may be worse'),
  siblings: count.describe('how many siblings it is held against'),
  verdict: z
    .enum(['pass', 'low', 'remark'])
    .describe('low: worse than a healthy one may be; remark: noticed, and does not count'),
  cause: z.string().nullable().describe('what differs from the siblings and may explain it; null if nothing does'),
})
export const unitSchema = z.strictObject({
  id: z.string().describe('UUIDs of its GPUs; the host where no GPU was read'),
  host: z.string().describe('name of its machine'),
  gpus: z.array(z.string()).describe('UUIDs of its GPUs; empty where none was read'),
  name: z.string().describe('how reports call it'),
  card: z.string().describe('key or name of its card'),
  box: z.string().describe('the same for units of one machine'),
})

/** docs/schemas/fleet.schema.json is made from this. */
export const fleetJsonSchema = z.strictObject({
  format: z.literal('joulemark-fleet'),
  version: z.literal(FLEET_JSON_VERSION),
  outcome: z.enum([...metricVerdicts, 'not-comparable']).describe('what the exit code of `fleet compare` says'),
  sentence: z.string().describe('the answer in words'),
  simulated: z.boolean().describe('whether any run was simulated'),
  stamp: z.literal('SIMULATED').nullable().describe('to be shown beside every figure; null for live runs'),
  smallestEffect: share.describe('practical threshold of a unit'),
  smallestFleetEffect: share.describe('practical threshold of the fleet'),
  changes: z
    .array(
      z.strictObject({
        id: z.string().describe('which setting'),
        label: z.string().describe('the setting in words'),
        before: z.string().describe('its value before'),
        after: z.string().describe('its value after'),
      }),
    )
    .describe('the settings that changed on most units'),
  units: z.array(unitSchema).describe('the units: a card, or the cards that serve together'),
  columns: z.array(columnSchema).describe('scenarios, alone and with other cards under load'),
  fleet: z
    .array(
      z.strictObject({
        column: columnId,
        card: z.string().describe('key or name of the card'),
        headline: z.string().describe('key of the headline metric'),
        verdict,
        metrics: z
          .array(
            z.strictObject({
              ...judged,
              boxes: count.describe('servers in it'),
              units: count.describe('units in it'),
              spreads: z
                .strictObject({
                  boxes: share.nullable().describe('between servers'),
                  starts: share.nullable().describe('between starts of one server'),
                  trials: share.nullable().describe('between trials of one start'),
                })
                .describe('standard deviations of the parts of the model; null where nothing is repeated'),
            }),
          )
          .describe('every metric that is judged'),
      }),
    )
    .describe('the fleet as a whole, by scenario and card'),
  cells: z
    .array(
      z.strictObject({
        unit: unitId,
        column: columnId,
        kind: z.enum(['pair', 'not-judged', 'absent']).describe('`absent`: not asked of this unit on either side'),
        verdict: verdict.nullable().describe('of this unit by itself; null where it is not judged'),
        inFleet: z.boolean().describe('whether it counts in the verdict on the fleet'),
        reason: z.string().nullable().describe('why it is not judged; null where it is'),
        lead: z.string().nullable().describe('key of the metric that is shown for it'),
        headline: z.string().nullable().describe('key of the headline metric; null where it is not judged'),
        metrics: z
          .array(
            z.strictObject({
              ...judged,
              baseline: side.describe('before'),
              candidate: side.describe('after'),
            }),
          )
          .describe('every metric that is judged'),
        baselineRuns: z.array(z.string()).describe('runs before'),
        candidateRuns: z.array(z.string()).describe('runs after'),
      }),
    )
    .describe('one per unit and scenario'),
  low: z
    .array(siblingSchema.extend({ wasBefore: z.boolean().describe('whether it was low before the change too') }))
    .describe('figures below those of the siblings after the change'),
  notes: z.array(z.string()).describe('what limits the verdict, one sentence each'),
})
