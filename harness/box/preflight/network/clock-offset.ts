import { type Finding, unknown } from '../facts.ts'
import type { Answer } from './request.ts'

/**
 * This machine's clock minus that of a server, in seconds, from the Date header of its answer and, where a cache answered, its
 * Age (RFC 9110, RFC 9111). The header has whole seconds and the way takes time, so that it is true to a few seconds.
 */
export function clockOffset(answer: Answer | undefined, askedAtMs: number): Finding<{ seconds: number }> {
  if (answer === undefined) return unknown('no server was reached')
  const sentMs = Date.parse(answer.headers['date'] ?? '')
  if (Number.isNaN(sentMs)) return unknown('the answer has no date')
  const ageS = Number(answer.headers['age'] ?? 0) || 0
  const serverMs = sentMs + 500 + ageS * 1000
  return { state: 'well', seconds: (askedAtMs + answer.answerMs / 2 - serverMs) / 1000 }
}
