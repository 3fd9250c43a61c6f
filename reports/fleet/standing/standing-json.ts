import { z } from 'zod'
import { clean } from '../formats/fleet-json.ts'
import { siblingSchema, unitSchema } from '../formats/fleet-schema.ts'
import type { FleetHistory } from '../history/fleet-history.ts'
import { type FleetStanding, lowUnits, standingSentence } from './standing.ts'

/** Increases when a key is removed or changes its meaning; new keys do not count. */
export const STANDING_JSON_VERSION = 1

const share = z.number().describe('a share: 0.05 is 5 %')
const change = z.strictObject({ value: share, ci95: z.tuple([share, share]) })
const changed = z.array(z.strictObject({ setting: z.string(), before: z.string(), after: z.string() }))
const historySchema = z.strictObject({
  since: z.string().describe('the time of day 0'),
  series: z.array(
    z.strictObject({
      column: z.string(),
      scenarioSha256: z.string().describe('each version of a scenario has a history of its own'),
      card: z.string(),
      metric: z.string(),
      steps: z
        .array(z.strictObject({ atDays: z.number(), boxes: z.int(), change, pAdjusted: z.number(), settings: changed }))
        .describe('what each change of the settings did to all cards that had it'),
      perYear: change.nullable().describe('trend besides the steps, over all servers'),
      units: z.array(
        z.strictObject({
          unit: z.string(),
          starts: z.int(),
          steps: z.array(
            z.strictObject({ index: z.int(), atDays: z.number(), change, p: z.number(), settings: changed }),
          ),
          perYear: change.nullable(),
          reason: z.string().nullable().describe('why there is no trend'),
        }),
      ),
    }),
  ),
})

/** docs/schemas/fleet-report.schema.json is made from this. */
export const standingJsonSchema = z.strictObject({
  format: z.literal('joulemark-fleet-report'),
  version: z.literal(STANDING_JSON_VERSION),
  sentence: z.string(),
  simulated: z.boolean(),
  stamp: z.literal('SIMULATED').nullable(),
  low: z.array(z.string()).describe('ids of the units that are below their siblings'),
  units: z.array(unitSchema),
  columns: z.array(z.strictObject({ id: z.string(), scenario: z.string(), title: z.string() })),
  cells: z.array(
    z.strictObject({
      unit: z.string(),
      column: z.string(),
      kind: z.enum(['judged', 'not-judged', 'absent']),
      reason: z.string().nullable(),
      lead: z.string().nullable().describe('the figure that is shown for it'),
      headline: z.string().nullable().describe('key of the headline metric of the scenario'),
      figures: z.array(siblingSchema),
    }),
  ),
  notes: z.array(z.string()).describe('what could not be read, or was not measured'),
  history: historySchema.optional().describe('only with --history'),
})

/** Many boxes beside each other as one JSON document. */
export function standingDocument(
  standing: FleetStanding,
  history: FleetHistory | null = null,
): z.input<typeof standingJsonSchema> {
  const { units, columns, cells, notes, simulated } = standing
  return clean({
    ...{ format: 'joulemark-fleet-report', version: STANDING_JSON_VERSION },
    ...{ sentence: standingSentence(standing), simulated, stamp: simulated ? 'SIMULATED' : null },
    low: lowUnits(standing).map(({ id }) => id),
    units: units.map((unit) => ({ ...unit, gpus: [...unit.gpus] })),
    columns: [...columns],
    cells: cells.map((cell) => ({ ...cell, figures: [...cell.figures], lead: cell.lead?.metric ?? null })),
    notes: [...notes],
    ...(history === null ? {} : { history: historyDocument(history) }),
  }) as z.input<typeof standingJsonSchema>
}

const historyDocument = ({ since, columns }: FleetHistory) => ({
  since,
  series: columns.map(({ column, scenarioSha256, card, metric, units, whole }) => ({
    ...{ column: column.id, scenarioSha256, card, metric, steps: whole.steps, perYear: whole.trend?.perYear ?? null },
    units: units.map(({ unit, points, found }) => ({
      ...{ unit: unit.id, starts: points.length, steps: found.steps },
      ...{ perYear: found.trend?.perYear ?? null, reason: found.reason },
    })),
  })),
})
