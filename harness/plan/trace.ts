import { JoulemarkError } from '../errors.ts'
import { type TraceLine, timeMs, traceLines, traceValue } from './trace-formats.ts'

export interface TraceRequest {
  readonly atMs: number
  readonly promptTokens: number
  readonly outputTokens: number
  /** Shared blocks of 512 tokens (Mooncake). */
  readonly hashIds: readonly number[]
}

/** More tokens than any context has. */
const MOST_TOKENS = 2 ** 24

/**
 * Reads a trace: Mooncake's JSONL (timestamp in ms, input_length, output_length, hash_ids), the access log of a gateway
 * (JSONL with a time and the usage), or the CSV traces of Azure and BurstGPT. Sorted by time, starting at 0. A request with
 * an answer of 0 tokens failed when it was recorded, and is skipped. Throws `bad-input` with the first invalid line.
 */
export function parseTrace(file: string, text: string): TraceRequest[] {
  const requests = traceLines(file, text)
    .flatMap((line) => requestOf(file, line))
    .sort((a, b) => a.atMs - b.atMs)
  const first = requests[0]
  if (!first) throw new JoulemarkError('bad-input', `${file}:1: contains no request`)
  return requests.map((request) => ({ ...request, atMs: request.atMs - first.atMs }))
}

function requestOf(file: string, line: TraceLine): TraceRequest[] {
  const refuse = (name: string, expected: string, got: unknown): never => {
    const shown = got === undefined ? 'nothing' : JSON.stringify(got).slice(0, 60)
    throw new JoulemarkError('bad-input', `${file}:${line.line}: ${name}: expected ${expected}, got ${shown}`)
  }
  const tokensOf = (what: 'input' | 'output', least: number): number => {
    const [name, value] = traceValue(line, what)
    const tokens = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
    if (typeof tokens === 'number' && Number.isInteger(tokens) && tokens >= least && tokens <= MOST_TOKENS)
      return tokens
    return refuse(name, `a whole number of tokens from ${least} to ${MOST_TOKENS}`, value)
  }
  const [timeName, time] = traceValue(line, 'atMs')
  const atMs = timeMs(timeName, time)
  if (!(atMs >= 0)) return refuse(timeName, 'a time: a number, or a date such as 2026-11-26 15:04:05', time)
  const promptTokens = tokensOf('input', 1)
  const outputTokens = tokensOf('output', 0)
  if (outputTokens === 0) return []
  return [{ atMs, promptTokens, outputTokens, hashIds: hashIdsOf(line, refuse) }]
}

function hashIdsOf({ fields }: TraceLine, refuse: (name: string, expected: string, got: unknown) => never): number[] {
  const ids = fields['hash_ids']
  if (ids === undefined || ids === null) return []
  const isId = (id: unknown): id is number => Number.isSafeInteger(id) && (id as number) >= 0
  return Array.isArray(ids) && ids.every(isId) ? ids : refuse('hash_ids', 'a list of whole numbers', ids)
}
