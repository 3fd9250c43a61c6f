import { z } from 'zod'
import { clean } from '../formats/fleet-json.ts'
import { columnSchema, siblingSchema, unitSchema } from '../formats/fleet-schema.ts'
import type { FleetHistory } from '../history/fleet-history.ts'
import { type FleetStanding, lowUnits, standingSentence } from './standing.ts'

/** Increases when a key is removed or changes its meaning; new keys do not count. */
export const STANDING_JSON_VERSION = 1

const share = z.number().describe('a share: 0.05 is 5 %')
const change = z.strictObject({ value: share, ci95: z.tuple([share, share]).describe('95 % interval: low, high') })
const atDays = z.number().describe('days since `since`')
const changed = z
  .array(
    z.strictObject({
      setting: z.string().describe('which setting'),
      before: z.string().describe('its value before'),
      after: z.string().describe('its value after'),
    }),
  )
  .describe('settings that changed at that time; empty where none did')
const historySchema = z.strictObject({
  since: z.string().describe('the time of day 0'),
  series: z
    .array(
      z.strictObject({
        column: z.string().describe('id of the column'),
        scenarioSha256: z.string().describe('each version of a scenario has a history of its own'),
        card: z.string().describe('key or name of the card'),
        metric: z.string().describe('key of the headline metric'),
        steps: z
          .array(
            z.strictObject({
              atDays,
              boxes: z.int().describe('servers that had the change'),
              change: change.describe('what it did, as a share'),
              pAdjusted: z.number().describe('p of no change, adjusted by Holm'),
              settings: changed,
            }),
          )
          .describe('what each change of the settings did to all cards that had it'),
        perYear: change.nullable().describe('trend besides the steps, over all servers'),
        units: z
          .array(
            z.strictObject({
              unit: z.string().describe('id of the unit'),
              starts: z.int().describe('starts of the model server in its history'),
              steps: z
                .array(
                  z.strictObject({
                    index: z.int().describe('the first start after the step, from 0 on'),
                    atDays,
                    change: change.describe('how far it went, as a share'),
                    p: z.number().describe('p of no step'),
                    settings: changed,
                  }),
                )
                .describe('steps of this unit'),
              perYear: change.nullable().describe('trend besides the steps; null with a reason'),
              reason: z.string().nullable().describe('why there is no trend; null where there is one'),
            }),
          )
          .describe('each unit by itself'),
      }),
    )
    .describe('a history per scenario, version and card'),
})

/** docs/schemas/fleet-report.schema.json is made from this. */
export const standingJsonSchema = z.strictObject({
  format: z.literal('joulemark-fleet-report'),
  version: z.literal(STANDING_JSON_VERSION),
  sentence: z.string().describe('the answer in words'),
  simulated: z.boolean().describe('whether any run was simulated'),
  stamp: z.literal('SIMULATED').nullable().describe('to be shown beside every figure; null for live runs'),
  low: z.array(z.string()).describe('ids of the units that are below their siblings'),
  units: z.array(unitSchema).describe('the units: a card, or the cards that serve together'),
  columns: z.array(columnSchema).describe('scenarios, alone and with other cards under load'),
  cells: z
    .array(
      z.strictObject({
        unit: z.string().describe('id of the unit'),
        column: z.string().describe('id of the column'),
        kind: z.enum(['judged', 'not-judged', 'absent']).describe('absent: not measured on this unit'),
        reason: z.string().nullable().describe('why it is not judged; null where it is'),
        lead: z.string().nullable().describe('the figure that is shown for it'),
        headline: z.string().nullable().describe('key of the headline metric of the scenario'),
        figures: z.array(siblingSchema).describe('every figure beside those of the siblings'),
      }),
    )
    .describe('one per unit and scenario'),
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
