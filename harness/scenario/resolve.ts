import { JoulemarkError } from '../errors.ts'
import type { PlainScenarioFile } from './expand.ts'
import { type Scenario, scenarioSchema } from './schema.ts'

/**
 * A scenario for one card: the overrides under `cards:` are merged key by key and the result is validated again.
 * `cardKeys` are the names of the card, most general first (`rtx-6000-pro`, then its edition).
 */
export function resolveScenario(file: PlainScenarioFile, cardKeys: readonly string[]): Scenario {
  const { cards, ...base } = file
  const merged = cardKeys.reduce<Record<string, unknown>>((scenario, key) => merge(scenario, cards?.[key] ?? {}), base)
  const result = scenarioSchema.safeParse(merged)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new JoulemarkError(
    'bad-input',
    `scenario ${file.name}: with the overrides for ${cardKeys.join(', ')}: ${issue?.path.join('.')}: ${issue?.message}`,
  )
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...base }
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue
    const old = merged[key]
    merged[key] = isPlain(old) && isPlain(value) ? merge(old, value) : value
  }
  return merged
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
