import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Percentiles, Reasoning, TextTrial } from '../../harness/record/schema/trial.ts'
import { meanOfTrials, spreadText } from './lengths-text.ts'

/** How the reasoning tokens of a run were counted, and how well. */
const countedText: Readonly<Record<Reasoning['countedBy'], string>> = {
  usage: "counted by the server's usage",
  'running count': 'counted by the usage of the last event with reasoning, exact to the tokens of one event',
  events: 'estimated by the share of the events, because the server does not count them',
}

/**
 * Reasoning and answer of a run apart: tokens of each, and the time to the first token of the answer beside that to the
 * first token of either. Null where no reasoning was streamed.
 */
export function reasoningText({ trials }: RunRecord): string | null {
  const found = trials.flatMap((trial) =>
    trial.kind === 'text' && trial.reasoning ? [{ trial, ...trial.reasoning }] : [],
  )
  const [first] = found
  if (first === undefined) return null
  const spread = (pick: (reasoning: Reasoning) => Percentiles) => spreadText(found.map(pick))
  const medianMs = (pick: (trial: TextTrial, reasoning: Reasoning) => Percentiles) =>
    meanOfTrials(found.map(({ trial, ...reasoning }) => pick(trial, reasoning).p50))
  const answerMs = medianMs((_, { answerTtftMs }) => answerTtftMs)
  const firstMs = medianMs(({ ttftMs }) => ttftMs)
  const worst = found.map(({ countedBy }) => countedBy).find((each) => each !== 'usage') ?? 'usage'
  return [
    `reasoning, in tokens: ${spread(({ reasoningTokens }) => reasoningTokens)}; answers after it ${spread(({ answerTokens }) => answerTokens)}, ${countedText[worst]}`,
    `the answer itself began after ${answerMs === null ? 'an unknown time' : `${answerMs} ms`} (median), the first token of either came after ${firstMs === null ? 'an unknown time' : `${firstMs} ms`}`,
  ].join('; ')
}
