import type { RequestTable } from '../../record/request-table.ts'
import type { Percentiles, Reasoning } from '../../record/schema/trial.ts'
import { percentilesOf } from '../../stats/percentiles.ts'
import { METRIC_DEFINITIONS } from '../definitions.ts'
import { countedIn, type Window } from '../trial/in-window.ts'

/**
 * Reasoning and answer tokens apart, and the time to the first token of the answer itself, over the successful requests
 * with reasoning that completed inside the window. Null where there is none. Reasoning tokens are those of usage where the
 * server reports them for every such request; else the running count at the last event with reasoning; else the share of
 * the events that carry it.
 */
export function reasoningOf(
  requests: RequestTable,
  window: Window,
  definitions = METRIC_DEFINITIONS,
): Reasoning | null {
  const counted = countedIn(requests, window, definitions)
  const [events, chunks, output] = [
    requests.column('reasoningEvents'),
    requests.column('chunks'),
    requests.column('outputTokens'),
  ]
  const [usage, running] = [requests.column('reasoningTokens'), requests.column('reasoningCount')]
  const [dispatched, firstAnswer] = [requests.column('dispatchedMs'), requests.column('firstAnswerMs')]
  const chosen: number[] = []
  for (let index = 0; index < requests.length; index += 1) {
    if (counted.completion(index) && (events[index] as number) > 0) chosen.push(index)
  }
  if (chosen.length === 0) return null
  const has = (column: Float32Array) => chosen.every((index) => !Number.isNaN(column[index]))
  const countedBy = has(usage) ? 'usage' : has(running) ? 'running count' : 'events'
  const tokensAt = (index: number): number => {
    if (countedBy === 'usage') return usage[index] as number
    if (countedBy === 'running count') return running[index] as number
    return ((output[index] as number) * (events[index] as number)) / (chunks[index] as number)
  }
  const over = (valueAt: (index: number) => number, reason: string): Percentiles =>
    percentilesOf(chosen.map(valueAt).filter(Number.isFinite), reason)
  return {
    requests: chosen.length,
    countedBy,
    reasoningTokens: over(tokensAt, 'no output tokens were counted'),
    answerTokens: over(
      (index) => Math.max(0, (output[index] as number) - tokensAt(index)),
      'no output tokens were counted',
    ),
    answerTtftMs: over(
      (index) => (firstAnswer[index] as number) - (dispatched[index] as number),
      'no answer came after the reasoning: it had the whole length',
    ),
  }
}
