/** One place where two values differ. */
export interface Difference {
  /** Such as `trials.0.energyJ`. */
  readonly path: string
  readonly stored: string
  readonly recomputed: string
}

/** How two values are compared. */
export interface DifferenceOptions {
  /**
   * The record was made by another version: sentences may be worded differently, and it lacks metrics and gates added
   * since. Numbers, statuses and names are compared; the manifest covers every byte.
   */
  readonly otherVersion?: boolean
}

/** Fields that hold sentences. */
const prose: ReadonlySet<string> = new Set([
  'reason',
  'reasons',
  'evidence',
  'findings',
  'finding',
  'message',
  'failure',
])

/** The differences of two JSON values, to the last digit. `undefined` equals a missing key, as in JSON. */
export function differences(stored: unknown, recomputed: unknown, options: DifferenceOptions = {}): Difference[] {
  return compare(stored, recomputed, '', options.otherVersion ?? false)
}

function compare(stored: unknown, recomputed: unknown, path: string, otherVersion: boolean): Difference[] {
  const [was, is] = otherVersion ? [byId(stored), byId(recomputed)] : [stored, recomputed]
  if (isBranch(was) && isBranch(is) && Array.isArray(was) === Array.isArray(is)) {
    const all = new Set([...Object.keys(was), ...Object.keys(is)])
    const keys = otherVersion ? [...all].filter((key) => Object.hasOwn(was, key) && !prose.has(key)) : [...all]
    return keys.flatMap((key) =>
      compare(own(was, key), own(is, key), path === '' ? key : `${path}.${key}`, otherVersion),
    )
  }
  return was === is ? [] : [{ path, stored: shown(was), recomputed: shown(is) }]
}

/** A list of elements with an id (gates) by that id, so that an inserted element does not shift the others. */
function byId(value: unknown): unknown {
  if (!Array.isArray(value) || value.length === 0) return value
  const entries = value.map((item: unknown) => [isBranch(item) ? own(item, 'id') : undefined, item] as const)
  return entries.every(([id]) => typeof id === 'string') ? Object.fromEntries(entries) : value
}

const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const own = (value: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 160 ? `${text.slice(0, 157)}...` : text
}
