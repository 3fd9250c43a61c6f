import type { Measured } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Percentiles, TextTrial } from '../../harness/record/schema/trial.ts'

/**
 * The lengths of prompts and answers as they were measured, where requests differ in them: mean, median, p90 and p99 in
 * tokens, each the mean over the trials. Null for other runs, and for early records.
 */
export function lengthsText({ scenario, trials }: RunRecord): string | null {
  if (scenario.kind !== 'text') return null
  const { prompt, output } = scenario
  const isFixed = typeof prompt.tokens === 'number' && typeof output.tokens === 'number' && output.ignoreEos !== false
  const texts = trials.filter((trial): trial is TextTrial => trial.kind === 'text' && trial.lengths !== undefined)
  if (isFixed || texts.length === 0) return null
  const of = (pick: (lengths: NonNullable<TextTrial['lengths']>) => Percentiles) =>
    spreadText(texts.map(({ lengths }) => pick(lengths as NonNullable<TextTrial['lengths']>)))
  const [prompts, answers] = [of((lengths) => lengths.promptTokens), of((lengths) => lengths.outputTokens)]
  return `lengths as measured, in tokens: prompts ${prompts}; answers ${answers}`
}

/** Mean and percentiles over trials: `812 on average (median 640, p90 1600, p99 3210)`. */
export function spreadText(each: readonly Percentiles[]): string {
  const over = (key: 'mean' | 'p50' | 'p90' | 'p99') => meanOfTrials(each.map((percentiles) => percentiles[key]))
  const [mean, p50, p90, p99] = [over('mean'), over('p50'), over('p90'), over('p99')]
  if (mean === null) return 'unknown'
  const ranks = [
    ['median', p50],
    ['p90', p90],
    ['p99', p99],
  ] as const
  const known = ranks.flatMap(([name, tokens]) => (tokens === null ? [] : [`${name} ${tokens}`]))
  return `${mean} on average (${known.join(', ')})`
}

/** The mean of values, rounded; null where one is missing. */
export function meanOfTrials(values: readonly Measured[]): number | null {
  const known = values.filter((value) => typeof value === 'number')
  return known.length < values.length ? null : Math.round(known.reduce((sum, value) => sum + value, 0) / known.length)
}
