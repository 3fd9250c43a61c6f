import { parse } from 'csv-parse/sync'
import { JoulemarkError, messageOf } from '../errors.ts'

/** A line of a trace before its values are checked, by the names that the recorder gave them. */
export interface TraceLine {
  readonly line: number
  readonly fields: Readonly<Record<string, unknown>>
}

/** Names of the values of a line in the formats that are read; the first that a line has is taken. */
const names = {
  atMs: ['timestamp', 'created_time', 'time', 'ts', '@timestamp', 'TIMESTAMP', 'Timestamp', 'created', 'start_time'],
  input: [
    'input_length',
    'input_tokens',
    'prompt_tokens',
    'usage.prompt_tokens',
    'usage.input_tokens',
    'ContextTokens',
    'Request tokens',
  ],
  output: [
    'output_length',
    'output_tokens',
    'completion_tokens',
    'usage.completion_tokens',
    'usage.output_tokens',
    'GeneratedTokens',
    'Response tokens',
  ],
} as const

/**
 * The lines of a trace: JSONL (Mooncake, or the access log of a gateway with the usage of each request) or CSV with a
 * header (Azure's LLM inference traces, BurstGPT). Throws `bad-input` with the first line that is neither.
 */
export function traceLines(file: string, text: string): TraceLine[] {
  if (/^\s*(\{|$)/.test(text)) return jsonLines(file, text)
  try {
    const rows = parse(text, { columns: true, info: true, bom: true, trim: true, skip_empty_lines: true })
    return (rows as unknown as { record: Record<string, string>; info: { lines: number } }[]).map(
      ({ record, info }) => ({
        line: info.lines,
        fields: record,
      }),
    )
  } catch (error) {
    throw new JoulemarkError('bad-input', `${file}:1: neither JSONL nor a CSV file with a header: ${messageOf(error)}`)
  }
}

function jsonLines(file: string, text: string): TraceLine[] {
  return text.split('\n').flatMap((each, index) => {
    if (each.trim() === '') return []
    const line = index + 1
    let fields: unknown
    try {
      fields = JSON.parse(each)
    } catch (error) {
      throw new JoulemarkError('bad-input', `${file}:${line}: not JSON: ${messageOf(error)}`)
    }
    if (typeof fields === 'object' && fields !== null) return [{ line, fields: fields as TraceLine['fields'] }]
    throw new JoulemarkError('bad-input', `${file}:${line}: expected an object`)
  })
}

/** A value of a line with the name that it has there; `[name, undefined]` of the first name where it has none of them. */
export function traceValue({ fields }: TraceLine, what: keyof typeof names): readonly [name: string, value: unknown] {
  for (const name of names[what]) {
    const value = name.split('.').reduce<unknown>((inner, key) => own(inner, key), fields)
    if (value !== undefined && value !== null && value !== '') return [name, value]
  }
  return [names[what][0], undefined]
}

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined

/** Names whose numbers are seconds: Mooncake's `timestamp` is in milliseconds. */
const inSeconds: ReadonlySet<string> = new Set(['time', 'ts', 'Timestamp', 'created', 'start_time', '@timestamp'])
/** Numbers above this are milliseconds since 1970, whatever their name: as seconds they were beyond the year 5000. */
const MOST_SECONDS = 1e11

/** A time in ms: a number, or a date as text, in UTC unless it says otherwise. NaN where it is neither. */
export function timeMs(name: string, value: unknown): number {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : null
  if (number !== null) return inSeconds.has(name) && number < MOST_SECONDS ? number * 1000 : number
  if (typeof value !== 'string') return Number.NaN
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)\s*(Z|[+-]\d\d:?\d\d)?$/.exec(value.trim())
  return match ? Date.parse(`${match[1]}T${match[2]}${match[3] ?? 'Z'}`) : Number.NaN
}
