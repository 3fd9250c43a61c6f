import { z } from 'zod'
import { measuredSchema } from '../measured.ts'
import { percentilesSchema } from './percentiles.ts'

/** Sessions of several turns in one trial. */

const turnValuesSchema = z.object({
  fromTurn: z.int().positive().describe('first turn of this row, from 1 on'),
  toTurn: z.int().positive().describe('last turn of this row; turns beyond the last row count in it'),
  requests: z.int().nonnegative().describe('requests of these turns whose first token arrived inside the window'),
  promptTokens: measuredSchema.describe('their mean prompt, by usage'),
  cachedShare: measuredSchema.describe('share of their prompt tokens that came from the prefix cache, by usage'),
  ttftMs: percentilesSchema.describe('TTFT of these requests'),
  tpotMs: percentilesSchema.describe('TPOT of the requests of these turns that completed inside the window'),
})

export const sessionValuesSchema = z.object({
  byTurn: z
    .array(turnValuesSchema)
    .describe('by the depth of a turn in its session; turns with which one was joined do not count'),
  finished: z.int().nonnegative().describe('sessions whose last turn ended inside the window, every request a success'),
  finishedPerHour: measuredSchema.describe('finished sessions per hour of the window'),
  joulesPerFinished: measuredSchema.describe('energy of the window / sessions that finished in it'),
  whole: z.int().nonnegative().describe('finished sessions that also began in this trial'),
  goodShare: measuredSchema.describe(
    'share of the whole sessions in which every turn met the SLO: goodput per session',
  ),
  durationS: percentilesSchema.describe('of the whole sessions: first request sent to last token, pauses included'),
})

export type TurnValues = z.infer<typeof turnValuesSchema>
export type SessionValues = z.infer<typeof sessionValuesSchema>
