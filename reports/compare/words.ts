import type { Settling } from '../../harness/verdict/trials-needed.ts'
import type { MetricComparison, MetricVerdict } from '../../harness/verdict/verdict.ts'
import type { Tone } from '../tables/table.ts'

/** How a verdict looks; its word says it too. */
export const verdictTones: Readonly<Record<MetricVerdict, Tone>> = {
  regressed: 'bad',
  improved: 'good',
  equivalent: 'plain',
  inconclusive: 'warn',
}

/** One sentence about what would settle an inconclusive verdict. */
function settlingText(settling: Settling): string {
  switch (settling.kind) {
    case 'trials':
      return `${settling.morePerSide} more trials a side would probably settle it`
    case 'runs':
      return `${settling.runsPerSide} runs a side, each with a fresh start of the server, would probably settle it`
    case 'never':
      return settling.reason
    default:
      return settling satisfies never
  }
}

/** Why a metric has its verdict, and what to do about it. */
export const explanationOf = ({ reason, settling }: MetricComparison): string =>
  settling === null ? reason : `${reason}: ${settlingText(settling)}`

/** A share as a signed percentage with one digit. */
export const signedPercent = (share: number): string => `${share < 0 ? '-' : '+'}${Math.abs(share * 100).toFixed(1)} %`
