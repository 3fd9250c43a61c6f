/** One place where two values are not the same. */
export interface Difference {
  /** Such as `trials.0.energyJ`. */
  readonly path: string
  readonly stored: string
  readonly recomputed: string
}

/** Where two JSON values differ, to the last digit. `undefined` and a missing key are the same, as JSON has it. */
export function differences(stored: unknown, recomputed: unknown, path = ''): Difference[] {
  if (isBranch(stored) && isBranch(recomputed) && Array.isArray(stored) === Array.isArray(recomputed)) {
    const keys = new Set([...Object.keys(stored), ...Object.keys(recomputed)])
    return [...keys].flatMap((key) =>
      differences(own(stored, key), own(recomputed, key), path === '' ? key : `${path}.${key}`),
    )
  }
  return stored === recomputed ? [] : [{ path, stored: shown(stored), recomputed: shown(recomputed) }]
}

const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const own = (value: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 160 ? `${text.slice(0, 157)}...` : text
}
