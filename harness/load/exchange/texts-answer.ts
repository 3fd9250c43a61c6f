import { documentOf, isObject } from '../../endpoint/answer-words.ts'
import { type Ending, statusOutcome } from '../../endpoint/outcome.ts'
import { counted } from '../../units.ts'

/** What an answer of /v1/embeddings or /v1/rerank says: how it ended, and the tokens of its usage. */
export interface TextsAnswer extends Ending {
  readonly promptTokens: number | null
}

/**
 * Judges a whole answer: HTTP 200, one vector or one score per text, and `usage.prompt_tokens` (`usage.total_tokens`, which
 * is the same where nothing is generated, on servers that report only that).
 */
export function textsAnswer(status: number, location: string | null, body: string, texts: number): TextsAnswer {
  const refused = statusOutcome(status, location, body.slice(0, 4096))
  if (refused !== null) return { ...refused, promptTokens: null }
  const document = documentOf(body)
  if (!isObject(document)) return malformed('the answer is not a JSON document')
  const items = document['data'] ?? document['results']
  if (!Array.isArray(items)) return malformed('the answer has neither `data` nor `results`')
  if (items.length !== texts)
    return malformed(`the answer has ${counted(items.length, 'item')} for ${counted(texts, 'text')}`)
  const empty = items.findIndex((item) => !hasValue(item))
  if (empty >= 0) return malformed(`item ${empty} of the answer has no vector and no score`)
  const usage = isObject(document['usage']) ? document['usage'] : {}
  const promptTokens = countOf(usage['prompt_tokens']) ?? countOf(usage['total_tokens'])
  if (promptTokens === null)
    return malformed('no usage: the server reports no prompt_tokens, so that its work cannot be counted')
  return { outcome: 'ok', error: '', promptTokens }
}

/** A vector, as numbers or as base64, or a finite score. */
function hasValue(item: unknown): boolean {
  if (!isObject(item)) return false
  const { embedding, relevance_score: score } = item
  if (Array.isArray(embedding) || typeof embedding === 'string') return embedding.length > 0
  return typeof score === 'number' && Number.isFinite(score)
}

const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null

const malformed = (error: string): TextsAnswer => ({ outcome: 'malformed', error, promptTokens: null })
