import { z } from 'zod'
import { JoulemarkError, messageOf } from '../../errors.ts'
import type { RecordedTurn } from './recorded-turn.ts'
import { MOST_BRANCHES, MOST_CONTEXT_TOKENS, MOST_TURNS } from './session-schema.ts'

/** Most turns of a file, over all of its sessions. */
const MOST_FILE_TURNS = 200_000
const MOST_LINE_CHARACTERS = 10_000
/** A pause of a day is none of a session. */
const MOST_PAUSE_SECONDS = 86_400

const lineSchema = z.strictObject({
  session: z.union([z.string().max(200), z.int()]).optional(),
  input_tokens: z.int().positive().max(MOST_CONTEXT_TOKENS),
  output_tokens: z.int().positive().max(1_000_000),
  pause_s: z.number().nonnegative().max(MOST_PAUSE_SECONDS).default(0),
  branches: z.int().positive().max(MOST_BRANCHES).default(1),
})

/**
 * Reads a file of turns (JSONL): the turns of each session in the order of the file, the sessions in the order in which they
 * begin. Lines without `session` are one session. Throws `bad-input` with file and line for the first line that is not one.
 */
export function parseSessions(file: string, text: string): RecordedTurn[][] {
  const sessions = new Map<string, { turns: RecordedTurn[]; contextTokens: number }>()
  const lines = text.split('\n')
  const fail = (index: number, why: string) => new JoulemarkError('bad-input', `${file}:${index + 1}: ${why}`)
  let count = 0
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    count += 1
    if (count > MOST_FILE_TURNS) throw fail(index, `expected at most ${MOST_FILE_TURNS} turns`)
    if (line.length > MOST_LINE_CHARACTERS) {
      throw fail(index, `a line of ${line.length} characters; expected at most ${MOST_LINE_CHARACTERS}`)
    }
    const { session = '', input_tokens, output_tokens, pause_s, branches } = readLine(line, (why) => fail(index, why))
    const known = sessions.get(String(session)) ?? { turns: [], contextTokens: 0 }
    known.contextTokens += input_tokens + output_tokens
    if (known.turns.length === MOST_TURNS) throw fail(index, `session: expected at most ${MOST_TURNS} turns`)
    if (known.contextTokens > MOST_CONTEXT_TOKENS) {
      throw fail(
        index,
        `the context of the session grows to ${known.contextTokens} tokens; expected at most ${MOST_CONTEXT_TOKENS}`,
      )
    }
    known.turns.push({
      inputTokens: input_tokens,
      outputTokens: output_tokens,
      pauseSeconds: known.turns.length === 0 ? 0 : pause_s,
      branches,
    })
    sessions.set(String(session), known)
  }
  if (sessions.size === 0) throw fail(0, 'contains no turn')
  return [...sessions.values()].map(({ turns }) => turns)
}

function readLine(line: string, fail: (why: string) => JoulemarkError): z.infer<typeof lineSchema> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw fail(`not JSON: ${messageOf(error)}`)
  }
  const result = lineSchema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw fail(`${issue?.path.map(String).join('.') || 'line'}: ${issue?.message}`)
}
