import type { Settling } from '../../harness/verdict/starts-needed.ts'
import type { MetricComparison } from '../../harness/verdict/verdict.ts'
import type { MetricVerdict } from '../../harness/verdict/verdict-words.ts'
import type { Tone } from '../tables/table.ts'

/** The tone of a verdict; the word carries the meaning. */
export const verdictTones: Readonly<Record<MetricVerdict, Tone>> = {
  regressed: 'bad',
  improved: 'good',
  equivalent: 'plain',
  inconclusive: 'warn',
}

/** What would probably decide an inconclusive verdict. */
function settlingText(settling: Settling): string {
  switch (settling.kind) {
    case 'runs':
      return `about ${settling.runsPerSide} starts of the server per side would decide it`
    case 'never':
      return settling.reason
    default:
      return settling satisfies never
  }
}

/** Why a metric has its verdict, and what would decide it. */
export const explanationOf = ({ reason, settling }: MetricComparison): string =>
  settling === null ? reason : `${reason}: ${settlingText(settling)}`

/** A share as a signed percentage with one digit. */
export const signedPercent = (share: number): string => `${share < 0 ? '-' : '+'}${Math.abs(share * 100).toFixed(1)} %`
