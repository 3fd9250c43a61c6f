import { suggestion } from '../../catalogue/nearest.ts'
import { JoulemarkError } from '../../errors.ts'
import { type MetricKey, metricKeys } from '../../metrics/catalogue.ts'

/** What is asked of a store: runs for which every condition holds, and the newest `last` of them. */
export interface Query {
  readonly conditions: readonly Condition[]
  readonly last: number | null
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>='

export type Condition =
  /** A text of the run; several values: any of them. `*` stands for any text. */
  | { readonly kind: 'text'; readonly column: TextColumn; readonly not: boolean; readonly values: readonly string[] }
  /** A text of any of its GPUs. */
  | {
      readonly kind: 'gpu'
      readonly column: 'uuid' | 'driver'
      readonly not: boolean
      readonly values: readonly string[]
    }
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: 'flag'; readonly flag: Flag; readonly is: boolean }
  | { readonly kind: 'time'; readonly side: 'since' | 'until'; readonly at: string }
  | { readonly kind: 'gate'; readonly gate: string; readonly not: boolean; readonly values: readonly string[] }
  | { readonly kind: 'metric'; readonly metric: MetricKey; readonly comparison: Comparison; readonly value: number }
  | {
      readonly kind: 'number'
      readonly column: 'power_limit_w'
      readonly comparison: Comparison
      readonly value: number
    }
  | { readonly kind: 'path'; readonly path: readonly string[]; readonly comparison: Comparison; readonly value: string }

export type Flag = 'quotable' | 'redacted' | 'signed'

/** Words of the language, and the columns that they are about. */
const textKeys = {
  id: 'id',
  digest: 'digest',
  status: 'status',
  source: 'source',
  kind: 'kind',
  scenario: 'scenario',
  model: 'model',
  card: 'card',
  host: 'host',
  engine: 'engine',
  version: 'engine_version',
  key: 'signed_by',
  tool: 'tool_version',
  setting: 'setting',
} as const
export type TextColumn = (typeof textKeys)[keyof typeof textKeys]
const flags: readonly Flag[] = ['quotable', 'redacted', 'signed']

/** Every word, for the nearest one of a mistyped word. */
const queryWords: readonly string[] = [
  ...Object.keys(textKeys),
  'gpu',
  'driver',
  ...flags,
  'since',
  'until',
  'last',
  'powerLimitW',
]

/** A key or path, a comparison, a value with or without quotes. */
const word =
  /^(?<key>\.?[\w-]+(?:\.[\w-]+)*|gate:[\w-]+)(?<comparison>!=|<=|>=|=|<|>)(?:"(?<quoted>[^"]*)"|(?<plain>[^\s,"]*))(?=[\s,]|$)/

/**
 * Reads a query such as `card=rtx-4090 since=7d tokensPerJ>5`: conditions separated by spaces or commas. Throws `bad-input`
 * in one line with the condition and what was expected.
 */
export function parseQuery(text: string, now: Date): Query {
  const conditions: Condition[] = []
  let last: number | null = null
  for (let rest = text.replace(/^[\s,]+/, ''); rest !== ''; rest = rest.replace(/^[\s,]+/, '')) {
    const found = word.exec(rest)
    const [piece = ''] = found ?? /^[^\s,]+/.exec(rest) ?? [rest]
    const { key = '', comparison = '', quoted, plain = '' } = found?.groups ?? {}
    if (found === null) conditions.push(named(piece))
    else if (key === 'last') last = countOf(piece, comparison, plain)
    else conditions.push(condition({ piece, key, comparison: comparison as Comparison, value: quoted ?? plain }, now))
    rest = rest.slice(piece.length)
  }
  return { conditions, last }
}

const refuse = (piece: string, why: string): never => {
  throw new JoulemarkError('bad-input', `query: ${piece}: ${why}`)
}

/** A word without a comparison: the id of a run, with `*` or not, or the start of its digest. */
function named(piece: string): Condition {
  if (/^[\w*][\w.*-]*$/.test(piece)) return { kind: 'name', value: piece }
  return refuse(piece, 'expected the id of a run, or KEY=VALUE such as card=rtx-4090')
}

function countOf(piece: string, comparison: string, value: string): number {
  const count = Number(value)
  if (comparison === '=' && /^\d+$/.test(value) && Number.isSafeInteger(count) && count > 0) return count
  return refuse(piece, 'expected last=N, the number of newest runs')
}

/** A condition as it was written, and its parts. */
interface Written {
  readonly piece: string
  readonly key: string
  readonly comparison: Comparison
  readonly value: string
}

function condition({ piece, key, comparison, value }: Written, now: Date): Condition {
  if (key.startsWith('.')) return { kind: 'path', path: key.slice(1).split('.'), comparison, value }
  if (metricKeys.includes(key as MetricKey)) {
    return { kind: 'metric', metric: key as MetricKey, comparison, value: numberOf(piece, value) }
  }
  if (key === 'powerLimitW') {
    return { kind: 'number', column: 'power_limit_w', comparison, value: numberOf(piece, value) }
  }
  if (comparison !== '=' && comparison !== '!=') {
    if (isKnown(key)) return refuse(piece, `expected ${key}=…; ${comparison} is for numbers`)
    return unknown(piece, key)
  }
  const not = comparison === '!='
  if (key.startsWith('gate:')) {
    return { kind: 'gate', gate: key.slice('gate:'.length), not, values: valuesOf(piece, value) }
  }
  if (Object.hasOwn(textKeys, key)) {
    const column = textKeys[key as keyof typeof textKeys]
    return { kind: 'text', column, not, values: valuesOf(piece, value) }
  }
  if (key === 'gpu' || key === 'driver') {
    return { kind: 'gpu', column: key === 'gpu' ? 'uuid' : 'driver', not, values: valuesOf(piece, value) }
  }
  const flag = flags.find((each) => each === key)
  if (flag !== undefined) {
    const yes = value === 'yes' || value === 'true'
    if (!yes && value !== 'no' && value !== 'false') return refuse(piece, `expected ${flag}=yes or ${flag}=no`)
    return { kind: 'flag', flag, is: yes !== not }
  }
  if (key === 'since' || key === 'until') {
    if (not) return refuse(piece, `expected ${key}=…`)
    return { kind: 'time', side: key, at: momentOf(piece, value, key, now) }
  }
  return unknown(piece, key)
}

const isKnown = (key: string): boolean => queryWords.includes(key) || key.startsWith('gate:')

const unknown = (piece: string, key: string): never =>
  refuse(
    piece,
    `unknown ${key}; ${suggestion(key, [...queryWords, ...metricKeys])} (a field of the record begins with a dot)`,
  )

function valuesOf(piece: string, value: string): string[] {
  const values = value.split('|')
  if (values.includes('')) return refuse(piece, 'expected a value, or several separated by |')
  return values
}

function numberOf(piece: string, value: string): number {
  const number = Number(value)
  if (value === '' || !Number.isFinite(number)) return refuse(piece, 'expected a number')
  return number
}

const AGO_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const DAY_MS = AGO_MS.d

/** A moment as ISO 8601. A day is meant from its start (since) to its end (until), in UTC. */
function momentOf(piece: string, value: string, side: 'since' | 'until', now: Date): string {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(value) ?? []
  const isDay = /^\d{4}-\d\d-\d\d$/.test(value)
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/.test(value)
  const zone = isTime && !/(Z|[+-]\d\d:\d\d)$/.test(value) ? 'Z' : ''
  const atMs =
    count !== undefined
      ? now.getTime() - Number(count) * AGO_MS[unit as keyof typeof AGO_MS]
      : isDay || isTime
        ? Date.parse(`${value}${zone}`) + (isDay && side === 'until' ? DAY_MS - 1 : 0)
        : Number.NaN
  const moment = new Date(atMs)
  if (Number.isNaN(moment.getTime()) || moment.getUTCFullYear() < 0) {
    return refuse(piece, 'expected a day (2026-11-30), a time (2026-11-30T12:00Z), or an age such as 7d, 12h or 30m')
  }
  return moment.toISOString()
}

/** An age such as `180d`, `26w` or `12h` in milliseconds; null for another text. */
export function ageMs(text: string): number | null {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? []
  return count === undefined ? null : Number(count) * AGO_MS[unit as keyof typeof AGO_MS]
}
