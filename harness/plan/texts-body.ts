import type { BodyRequest } from './body/body-plan.ts'
import { type ChatLength, wordsAsTokens } from './chat-length.ts'
import { growingUnits, idUnits, type Units, wordUnits, writeUnits } from './prompt-units.ts'
import { promptWords } from './prompt-words.ts'
import { mixSeed, seededRandom } from './random.ts'

/**
 * Bodies for /v1/embeddings and /v1/rerank with texts of exact length, ready to send. Embeddings go as token ids where the
 * server takes them, else as words; reranking takes words only. Every text begins with units of its own, because a prefix
 * cache would answer a repeated one without work.
 */
export interface TextsBody {
  readonly api: 'embeddings' | 'rerank'
  readonly model: string
  /** Null: the texts are words. */
  readonly vocab: number | null
  readonly seed: number
  /** Makes the texts of this run unique. */
  readonly salt: number
  readonly perRequest: number
  /** Words of the query; 0 for embeddings. */
  readonly queryWords: number
  /** How the server counts our words. Without it each is one token. */
  readonly length?: ChatLength
}

/** Unique units per text: one block of the largest common size of a prefix cache. */
const UNIQUE_UNITS = 64

/** Makes bodies; `promptTokens` of a request is the number of all its texts (with rerank of all its pairs) together. */
export function makeTextsBodies(plan: TextsBody): { make(request: BodyRequest): Buffer[] } {
  const units = plan.vocab === null ? wordUnits(plan.length ?? wordsAsTokens) : idUnits(plan.vocab)
  const runSeed = mixSeed(plan.seed, plan.salt)
  const bulk = growingUnits(units, mixSeed(runSeed, 0x74657874))
  const shell = shellOf(plan)
  const [open, close] = plan.vocab === null ? ['"', '"'] : ['[', ']']
  const first = Buffer.from(open)
  const between = Buffer.from(`${close},${open}`)
  const last = Buffer.from(close)
  return {
    make({ phase, topic, promptTokens }) {
      const tokens = Math.round(promptTokens / plan.perRequest)
      const parts = [shell.before, first]
      for (let index = 0; index < plan.perRequest; index += 1) {
        if (index > 0) parts.push(between)
        parts.push(
          ...textParts(units, bulk, { tokens, seed: mixSeed(runSeed, phase, topic * plan.perRequest + index) }),
        )
      }
      return [...parts, last, shell.after]
    },
  }
}

function textParts(
  units: Units,
  bulk: (count: number) => Buffer,
  { tokens, seed }: { readonly tokens: number; readonly seed: number },
): Buffer[] {
  const count = units.within(tokens)
  const unique = Math.min(count, UNIQUE_UNITS)
  const parts = [
    ...(unique > 0 ? [writeUnits(units, seed, unique)] : []),
    ...(count > unique ? [bulk(count - unique)] : []),
  ]
  // every unit begins with a separator, and a text without a head does not
  if (units.head.length > 0) parts.unshift(units.head)
  else if (parts[0]) parts[0] = parts[0].subarray(1)
  const tail = units.tail(tokens)
  return tail.length > 0 ? [...parts, tail] : parts
}

const MARKER = '"@TEXTS@"'

function shellOf({ api, model, seed, queryWords }: TextsBody): { before: Buffer; after: Buffer } {
  const texts = MARKER.slice(1, -1)
  const body =
    api === 'embeddings'
      ? { model, encoding_format: 'base64', input: [texts] }
      : { model, query: queryOf(seed, queryWords), documents: [texts] }
  const [before = '', after = ''] = JSON.stringify(body).split(MARKER)
  return { before: Buffer.from(before), after: Buffer.from(after) }
}

/** The query of all requests of a run: what is ranked differs, as in a search. */
function queryOf(seed: number, words: number): string {
  const random = seededRandom(mixSeed(seed, 0x71756572))
  return Array.from({ length: words }, () => promptWords[Math.floor(random() * promptWords.length)]).join(' ')
}
