import { peakLoad } from '../../harness/size/demand.ts'
import { whyNoChoice } from './recommendation.ts'
import type { Sizing } from './sizing.ts'
import { loadText } from './words.ts'

/** What a quote takes over from an answer of `size`: measured figures only. */
export interface SizedOffer {
  readonly card: string
  readonly label: string
  /** Ids of the runs behind the highest load. */
  readonly runs: readonly string[]
  /** Servers, the spare ones among them. */
  readonly servers: number
  readonly spare: number
  /** The load that each server keeps within the SLO, in one clause. */
  readonly promise: string
  /** Rent or cost of one server per month in pounds, as `size` counts it; null where no price is known. */
  readonly serverGbpPerMonth: number | null
}

/** The recommended card as an offer, or why it cannot be quoted. */
export function sizedOffer({ cards, choice, asked }: Sizing): SizedOffer | { readonly reason: string } {
  if (choice === null) return { reason: `no card is recommended, because ${whyNoChoice(cards)}` }
  const best = cards.find(({ answer }) => answer.key === choice.best)
  if (best === undefined || best.offer.count === null || best.answer.server === null)
    return { reason: 'no card serves the load within the SLO' }
  const { answer, offer } = best
  if (answer.whyNotQuotable !== null) return { reason: `${answer.label}: ${answer.whyNotQuotable}` }
  const { unit } = peakLoad(asked.demand)
  return {
    card: answer.key,
    label: answer.label,
    runs: answer.runs,
    servers: best.offer.count.grown,
    spare: asked.demand.spare,
    promise: `each meets the SLO up to ${loadText(best.answer.server!.conservative, unit)}`,
    serverGbpPerMonth: offer.serverGbpPerMonth,
  }
}
