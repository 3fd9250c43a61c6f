import { plainText } from '../../plain-text.ts'
import { type Mask, secretsIn, strictMaskOf } from '../../secret-mask.ts'

/** What a starting vLLM has logged about itself so far. */
export interface StartFacts {
  readonly version: string | null
  readonly weightsGiB: number | null
  readonly weightsSeconds: number | null
  readonly kvGiB: number | null
  readonly kvTokens: number | null
  /** Sequences of max_model_len that fit at once. */
  readonly maxConcurrency: number | null
  readonly graphsGiB: number | null
  readonly initSeconds: number | null
  readonly ready: boolean
}

const nothingYet: StartFacts = {
  version: null,
  weightsGiB: null,
  weightsSeconds: null,
  kvGiB: null,
  kvTokens: null,
  maxConcurrency: null,
  graphsGiB: null,
  initSeconds: null,
  ready: false,
}

type Numbers = { -readonly [Key in keyof StartFacts as StartFacts[Key] extends number | null ? Key : never]: number }

/** Phrases of vLLM 0.9 to 0.32, as short as possible because the wording changes. Numbers may have commas. */
const numbers: readonly (readonly [RegExp, ...(keyof Numbers)[]])[] = [
  [/Model loading took ([\d.]+) GiB(?: memory)? and ([\d.]+) seconds/, 'weightsGiB', 'weightsSeconds'],
  [/Available KV cache memory: ([\d.]+) GiB/, 'kvGiB'],
  [/GPU KV cache size: ([\d,]+) tokens/, 'kvTokens'],
  [/[Mm]aximum concurrency for [\d,]+ tokens per request: ([\d.,]+)/, 'maxConcurrency'],
  [/Graph capturing finished in [\d.]+ secs?, took ([\d.]+) GiB/, 'graphsGiB'],
  [/init engine .* took ([\d.]+) s/, 'initSeconds'],
]

/** Lines kept to find the cause of a failure: a Python traceback with its chained causes fits. */
const KEPT_LINES = 400
const KEPT_CHARACTERS = 2000

/** Reads a start-up log line by line. Its text is untrusted, so each line is reduced to plain text. */
export class StartLog {
  #facts: StartFacts = nothingYet
  readonly #lines: string[] = []
  #rest = ''
  readonly #mask: Mask

  /** A server may log the token that it was given. */
  constructor(mask: Mask = strictMaskOf(secretsIn(process.env))) {
    this.#mask = mask
  }

  get facts(): StartFacts {
    return this.#facts
  }

  /** The last lines, oldest first. */
  get lines(): readonly string[] {
    return this.#lines
  }

  /** Adds a piece of the log, split anywhere. Returns the lines that it completed. */
  write(text: string): string[] {
    const parts = (this.#rest + text).split(/\r?\n|\r/)
    this.#rest = (parts.pop() ?? '').slice(-KEPT_CHARACTERS)
    const lines = parts
      .map((line) => this.#mask(plainText(line)).slice(0, KEPT_CHARACTERS).trimEnd())
      .filter((line) => line !== '')
    for (const line of lines) this.#read(line)
    return lines
  }

  /** Ends the log: an unfinished last line counts as a line. */
  end(): void {
    this.write('\n')
  }

  #read(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > KEPT_LINES) this.#lines.shift()
    const found: Partial<Numbers> = {}
    for (const [pattern, ...fields] of numbers) {
      const match = pattern.exec(line)
      fields.forEach((field, index) => {
        const value = Number((match?.[index + 1] ?? '').replaceAll(',', '') || Number.NaN)
        if (Number.isFinite(value)) found[field] = value
      })
    }
    const version = /\bversion v?(\d+\.\d+[\w.+]*)/.exec(line)?.[1]
    this.#facts = {
      ...this.#facts,
      ...found,
      ...(version !== undefined && this.#facts.version === null ? { version } : {}),
      ready: this.#facts.ready || /Application startup complete/.test(line),
    }
  }
}
