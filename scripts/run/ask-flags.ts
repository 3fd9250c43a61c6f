import { type Asked, type Field, withField } from './asked.ts'
import { flagName, vllmFlags } from './vllm-flags.ts'
import type { VllmWords } from './vllm-words.ts'

/** Flags of `run` that ask without a scenario file. Values are checked by the reader of scenario files. */
export interface AskFlags {
  readonly model?: string
  readonly api?: string
  readonly concurrency?: string
  readonly rate?: string
  readonly burstiness?: string
  readonly sweep?: string
  readonly inputTokens?: string
  readonly outputTokens?: string
  readonly prefixCache?: string
  /** File of prompts. */
  readonly dataset?: string
  /** Answers end where the model ends them. */
  readonly stopAtEos?: boolean
  readonly duration?: string
  readonly warmup?: string
  readonly slo?: string
  readonly seed?: string
  /** File that keeps the scenario. */
  readonly save?: string
  /** The flags of `vllm bench serve` that were typed. */
  readonly vllm?: VllmWords
}

const fields = [
  ['model', 'model', '--model'],
  ['api', 'api', '--api'],
  ['concurrency', 'concurrency', '--concurrency'],
  ['rate', 'rate', '--rate'],
  ['burstiness', 'burstiness', '--burstiness'],
  ['sweep', 'sweep', '--sweep'],
  ['inputTokens', 'inputTokens', '--input-tokens'],
  ['outputTokens', 'outputTokens', '--output-tokens'],
  ['prefixCache', 'prefixCache', '--prefix-cache'],
  ['dataset', 'dataset', '--dataset'],
  ['stopAtEos', 'stopAtEos', '--stop-at-eos'],
  ['duration', 'seconds', '--duration'],
  ['warmup', 'warmupSeconds', '--warmup'],
  ['slo', 'slo', '--slo'],
  ['seed', 'seed', '--seed'],
] as const satisfies readonly (readonly [keyof AskFlags, Field, string])[]

/** What the own flags state. */
export const askedBy = (flags: AskFlags): Asked =>
  fields.reduce<Asked>((asked, [key, field, flag]) => {
    const typed = flags[key]
    return typed === undefined ? asked : withField(asked, field, { flag, text: String(typed) })
  }, {})

/** The first flag that asks without a file, or null where there is none. */
export function askingFlag(flags: AskFlags): string | null {
  const own = fields.find(([key]) => flags[key] !== undefined)
  const [foreign] = flags.vllm?.keys() ?? []
  return own?.[2] ?? (flags.save === undefined ? (foreign ?? null) : '--save')
}

/** The flags of `vllm bench serve` in the options of a command, by their names; a list is joined with spaces. */
export function vllmWordsIn(options: Readonly<Record<string, unknown>>): VllmWords {
  const words = new Map<string, string>()
  for (const flag of vllmFlags) {
    const name = flagName(flag)
    const value = options[camelCased(name)]
    if (value !== undefined)
      words.set(name, value === true ? '' : Array.isArray(value) ? value.join(' ') : String(value))
  }
  return words
}

const camelCased = (flag: string): string =>
  flag.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
