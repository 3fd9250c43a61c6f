import { type EventReason, eventReasons, isReasonActive } from '../../catalogue/nvml-event-reasons.ts'

/** Why nvidia-smi printed no value. It has many texts for this, and none of them means zero. */
export type MissingKind =
  | 'not-available'
  | 'not-supported'
  | 'deprecated'
  | 'no-permission'
  | 'unknown-error'
  | 'requires-reset'
  | 'gpu-lost'
  | 'error'
  | 'unreadable'

export type SmiValue<T> =
  | { readonly value: T; readonly missing: null }
  | { readonly value: null; readonly missing: MissingKind }

/** Missing-value texts as printed by drivers 535 to 610, in CSV (bracketed) and in XML (mostly not). */
const missingTexts: readonly (readonly [RegExp, MissingKind])[] = [
  [/^(n\/a|none|)$/, 'not-available'],
  [/^not supported$/, 'not-supported'],
  [/^requested functionality has been deprecated$/, 'deprecated'],
  [/^insufficient permissions?$/, 'no-permission'],
  [/^unknown error$/, 'unknown-error'],
  [/^gpu requires reset$/, 'requires-reset'],
  [/^gpu is lost$/, 'gpu-lost'],
  [/^(err!|error|not found)$/, 'error'],
]

/** Kinds that mean a faulty card rather than a missing sensor. */
export const sickKinds: ReadonlySet<MissingKind> = new Set(['unknown-error', 'requires-reset', 'gpu-lost', 'error'])

/**
 * Whether a text is the UUID of a card or of a MIG slice. The integrated GPU of a Jetson has one without prefix:
 * `GPU 0: Orin (nvgpu) (UUID: 54d0709b-558d-5a59-9c65-0c5fc14a21a4)`.
 */
export const isCardUuid = (text: string): boolean =>
  /^(?:GPU|MIG)-\S+$/.test(text) || /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

const missing = <T>(kind: MissingKind): SmiValue<T> => ({ value: null, missing: kind })

/** The kind of a missing-value text, or null when the text is a value. */
export function missingKindOf(text: string): MissingKind | null {
  const bare = text
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .trim()
    .toLowerCase()
  return missingTexts.find(([pattern]) => pattern.test(bare))?.[1] ?? null
}

/**
 * A number with or without a unit (`299.35`, `97887 MiB`, `16x`, `25483012608 us`, `-5 C`).
 * Anything else is `unreadable`, so that a new text of a new driver becomes null and never a wrong value; so are more digits
 * than any counter has, which would be an infinite number.
 */
export function parseSmiNumber(text: string | undefined): SmiValue<number> {
  if (text === undefined) return missing('not-available')
  const kind = missingKindOf(text)
  if (kind !== null) return missing(kind)
  const match = /^([+-]?\d{1,20}(?:\.\d{1,20})?)\s*(?:%|x|[A-Za-z]{1,4}(?:\/s)?)?$/.exec(text.trim())
  return match ? { value: Number(match[1]), missing: null } : missing('unreadable')
}

/** A text such as a pstate or a mode, trimmed. */
export function parseSmiText(text: string | undefined): SmiValue<string> {
  if (text === undefined) return missing('not-available')
  const kind = missingKindOf(text)
  return kind === null ? { value: text.trim(), missing: null } : missing(kind)
}

/** A hexadecimal mask such as `0x0000000000000004`, as text in lower case. */
export function parseSmiMask(text: string | undefined): SmiValue<string> {
  const plain = parseSmiText(text)
  if (plain.value === null) return plain
  return /^0x[0-9a-f]{1,16}$/i.test(plain.value)
    ? { value: plain.value.toLowerCase(), missing: null }
    : missing('unreadable')
}

/**
 * `YYYY/MM/DD HH:MM:SS.msec` as milliseconds since the Unix epoch. nvidia-smi prints local time without a zone; every
 * child here is started with TZ=UTC, so that it is UTC.
 */
export function parseSmiTimestamp(text: string | undefined): SmiValue<number> {
  if (text === undefined) return missing('not-available')
  const kind = missingKindOf(text)
  if (kind !== null) return missing(kind)
  const match = /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?$/.exec(text.trim())
  if (!match) return missing('unreadable')
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const epochMs = Date.UTC(year, month - 1, day, hour, minute, second, Number((match[7] ?? '0').padEnd(3, '0')))
  const date = new Date(epochMs)
  // Date.UTC rolls over an invalid date, and a date that rolled over comes from a garbled line
  const isReal =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour
  return isReal && minute < 60 && second < 61 ? { value: epochMs, missing: null } : missing('unreadable')
}

/** The named reasons set in a mask as nvidia-smi prints it; unknown bits are ignored. */
export const eventReasonsOf = (mask: string): EventReason[] =>
  eventReasons.filter((reason) => isReasonActive(mask, reason))
