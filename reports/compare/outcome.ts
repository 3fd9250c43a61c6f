import { gatesAgainst } from '../../harness/gates/quotable.ts'
import { counted } from '../../harness/units.ts'
import type { MetricVerdict } from '../../harness/verdict/verdict-words.ts'
import type { Comparison } from './comparison.ts'

/** What a comparison comes to: the verdict, or that there is none because a required gate failed. */
export type Outcome = MetricVerdict | 'not-comparable'

/** A regression in one scenario stands, whatever became of the others; what was not judged is no success. */
export const outcomeOf = ({ verdict, notJudged }: Pick<Comparison, 'verdict' | 'notJudged'>): Outcome =>
  verdict === 'regressed' || notJudged.length === 0 ? verdict : 'not-comparable'

/** An outcome in the words of a title. */
export const outcomeText = (outcome: Outcome): string => (outcome === 'not-comparable' ? 'not comparable' : outcome)

/** The verdict as one line, with its reason: the gates that keep runs from being judged, else the few starts that limit it. */
export function verdictLine(comparison: Comparison): string {
  const outcome = outcomeOf(comparison)
  const reason = outcome === 'not-comparable' ? failedText(comparison) : comparison.caveat
  return `Verdict: ${outcomeText(outcome)}${reason === null ? '' : ` (${reason})`}`
}

function failedText({ records }: Comparison): string {
  const failed = records.map((run) => gatesAgainst(run).map(({ id }) => id)).filter((ids) => ids.length > 0)
  const ids = [...new Set(failed.flat())]
  return `required ${ids.length === 1 ? 'gate' : 'gates'} ${ids.join(', ')} failed in ${failed.length} of ${counted(records.length, 'run')}`
}
