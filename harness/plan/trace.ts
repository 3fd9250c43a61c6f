import { z } from 'zod'
import { JoulemarkError, messageOf } from '../errors.ts'

/** One request of a trace in the format of the Mooncake traces: milliseconds, tokens, and shared blocks of 512 tokens. */
const traceLineSchema = z.object({
  timestamp: z.number().nonnegative(),
  input_length: z.int().positive(),
  output_length: z.int().positive(),
  hash_ids: z.array(z.int().nonnegative()).optional(),
})

export interface TraceRequest {
  readonly atMs: number
  readonly promptTokens: number
  readonly outputTokens: number
  readonly hashIds: readonly number[]
}

/**
 * Reads a trace (JSONL, per line timestamp, input_length, output_length and hash_ids), sorted by time, starting at 0.
 * Throws `bad-input` with the number of the first invalid line.
 */
export function parseTrace(file: string, text: string): TraceRequest[] {
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }))
  const requests = lines
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => {
      const result = traceLineSchema.safeParse(json(file, number, line))
      if (!result.success) {
        const issue = result.error.issues[0]
        throw new JoulemarkError(
          'bad-input',
          `${file}:${number}: ${issue?.path.join('.') || 'line'}: ${issue?.message}`,
        )
      }
      const { timestamp, input_length, output_length, hash_ids } = result.data
      return { atMs: timestamp, promptTokens: input_length, outputTokens: output_length, hashIds: hash_ids ?? [] }
    })
    .sort((a, b) => a.atMs - b.atMs)
  const first = requests[0]
  if (!first) throw new JoulemarkError('bad-input', `${file}:1: contains no request`)
  return requests.map((request) => ({ ...request, atMs: request.atMs - first.atMs }))
}

function json(file: string, number: number, line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new JoulemarkError('bad-input', `${file}:${number}: not JSON: ${messageOf(error)}`)
  }
}
