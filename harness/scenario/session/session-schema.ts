import { z } from 'zod'
import { positiveInt } from '../schema-parts.ts'

/** Sessions of a closed loop: conversations, or an agent at work, whose context grows from turn to turn. */

/** Most turns of one session. */
export const MOST_TURNS = 1000
/** Longest context that a session may grow to, in tokens. */
export const MOST_CONTEXT_TOKENS = 2_000_000
/** Most requests that one turn may send at once. */
export const MOST_BRANCHES = 64

/** How the pauses between turns are spread around their mean. */
const pauseSpreads = ['exponential', 'fixed', 'lognormal'] as const

export const sessionSchema = z
  .strictObject({
    turns: z
      .int()
      .min(0)
      .max(MOST_TURNS)
      .default(0)
      .describe('turns of one session; each contains all earlier turns. Of a file: the most that one has'),
    thinkSeconds: z
      .number()
      .nonnegative()
      .default(0)
      .describe('mean pause between turns: a user who reads, or an agent whose tool runs'),
    thinkSpread: z
      .enum(pauseSpreads)
      .optional()
      .describe(
        'how pauses differ: exponential (the default), fixed, or lognormal with a deviation as large as the mean: many short ones and a few long ones',
      ),
    userTokens: z
      .int()
      .min(0)
      .default(0)
      .describe(
        'tokens that each later turn adds, such as the output of a tool; the first turn has prompt.tokens. Of a file: their mean',
      ),
    branches: z
      .strictObject({
        everyTurns: positiveInt.max(MOST_TURNS).describe('every so many turns'),
        count: positiveInt.min(2).max(MOST_BRANCHES).describe('requests that the turn sends at once'),
        tokens: positiveInt.describe('tokens of its own that each of them has behind the shared context'),
      })
      .optional()
      .describe(
        'turns that send several requests at once, as an agent with parallel workers; the session waits for all',
      ),
    file: z
      .string()
      .min(1)
      .optional()
      .describe(
        'JSONL file of turns, relative to the scenario file: session, input_tokens, output_tokens, pause_s, branches',
      ),
    sessions: positiveInt.optional().describe('number of sessions in the file, written when it is read'),
    width: positiveInt
      .max(MOST_BRANCHES)
      .optional()
      .describe('most requests that a turn of the file sends at once, written when it is read'),
    sha256: z.string().optional().describe('digest of the file, written when it is read'),
  })
  .superRefine((session, context) => {
    if (session.file !== undefined) {
      if (session.branches === undefined) return
      context.addIssue({ code: 'custom', path: ['branches'], message: 'expected in the lines of the file instead' })
      return
    }
    for (const key of ['sessions', 'width', 'sha256'] as const) {
      if (session[key] === undefined) continue
      context.addIssue({ code: 'custom', path: [key], message: 'expected with a file of turns only' })
    }
    for (const key of ['turns', 'userTokens'] as const) {
      if (session[key] === 0) {
        context.addIssue({ code: 'custom', path: [key], message: 'expected at least 1, or a file of turns' })
      }
    }
  })

export type Session = z.infer<typeof sessionSchema>

/** Requests that one session has in flight at most. */
export const widthOf = ({ branches, width }: Pick<Session, 'branches' | 'width'>): number =>
  width ?? branches?.count ?? 1
