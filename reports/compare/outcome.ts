import type { MetricVerdict } from '../../harness/verdict/verdict-words.ts'
import type { Comparison } from './comparison.ts'

/** What a comparison comes to: the verdict, or that there is none because a required gate failed. */
export type Outcome = MetricVerdict | 'not-comparable'

/** A regression in one scenario stands, whatever became of the others; what was not judged is no success. */
export const outcomeOf = ({ verdict, notJudged }: Pick<Comparison, 'verdict' | 'notJudged'>): Outcome =>
  verdict === 'regressed' || notJudged.length === 0 ? verdict : 'not-comparable'

/** An outcome in the words of a title. */
export const outcomeText = (outcome: Outcome): string => (outcome === 'not-comparable' ? 'not comparable' : outcome)
