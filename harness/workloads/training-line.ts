import { plainText } from '../plain-text.ts'
import type { TrainingJob } from '../record/schema/run.ts'

/** One parsed line of a training command's stdout. */
export type TrainingLine =
  | { readonly kind: 'step'; readonly step: number; readonly tokens: number | null; readonly loss: number | null }
  | { readonly kind: 'config'; readonly config: TrainingJob['config'] }
  /** Any other output of the command. */
  | { readonly kind: 'other' }

/** Number of values of a config line that are kept, and the maximum length of a text. */
const MAX_VALUES = 64
const MAX_TEXT = 200

/**
 * Reads one line: `{"step": 12, "tokens": 8192, "loss": 1.7}` or `{"config": {…}}`. Python prints NaN and Infinity,
 * which are not valid JSON: they are read as a loss that is not finite (null).
 */
export function readTrainingLine(line: string): TrainingLine {
  const other: TrainingLine = { kind: 'other' }
  if (!line.trimStart().startsWith('{')) return other
  let value: unknown
  try {
    value = JSON.parse(line.replace(/(?<=[:\s])(NaN|-?Infinity)(?=\s*[,}])/g, 'null'))
  } catch {
    return other
  }
  if (typeof value !== 'object' || value === null) return other
  const { step, tokens, loss, config } = value as Record<string, unknown>
  if (typeof step === 'number' && Number.isSafeInteger(step) && step >= 0) {
    return { kind: 'step', step, tokens: countOf(tokens), loss: finite(loss) }
  }
  return typeof config === 'object' && config !== null ? { kind: 'config', config: plain(config) } : other
}

const finite = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const countOf = (value: unknown): number | null => {
  const number = finite(value)
  return number !== null && number >= 0 ? number : null
}

function plain(config: object): TrainingJob['config'] {
  const kept: TrainingJob['config'] = {}
  for (const [key, value] of Object.entries(config).slice(0, MAX_VALUES)) {
    const name = plainText(key).slice(0, MAX_TEXT)
    if (typeof value === 'string') kept[name] = plainText(value).slice(0, MAX_TEXT)
    else if (typeof value === 'boolean' || value === null) kept[name] = value
    else if (typeof value === 'number') kept[name] = finite(value)
  }
  return kept
}
