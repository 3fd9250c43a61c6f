import { z } from 'zod'
import { measuredSchema } from '../measured.ts'
import { percentilesSchema } from './percentiles.ts'

/** Sessions of several turns in one trial. */

const turnValuesSchema = z.object({
  fromTurn: z.int().positive(),
  toTurn: z.int().positive(),
  requests: z.int().nonnegative().describe('requests of these turns whose first token arrived inside the window'),
  promptTokens: measuredSchema.describe('their mean prompt, by usage'),
  cachedShare: measuredSchema.describe('share of their prompt tokens that came from the prefix cache, by usage'),
  ttftMs: percentilesSchema,
  tpotMs: percentilesSchema.describe('of the requests of these turns that completed inside the window'),
})

export const sessionValuesSchema = z.object({
  byTurn: z
    .array(turnValuesSchema)
    .describe('by the depth of a turn in its session; turns with which one was joined do not count'),
  finished: z.int().nonnegative().describe('sessions whose last turn ended inside the window, every request a success'),
  finishedPerHour: measuredSchema,
  joulesPerFinished: measuredSchema.describe('energy of the window / sessions that finished in it'),
  whole: z.int().nonnegative().describe('finished sessions that also began in this trial'),
  goodShare: measuredSchema.describe(
    'share of the whole sessions in which every turn met the SLO: goodput per session',
  ),
  durationS: percentilesSchema.describe('of the whole sessions: first request sent to last token, pauses included'),
})

export type TurnValues = z.infer<typeof turnValuesSchema>
export type SessionValues = z.infer<typeof sessionValuesSchema>
