import { unseenLoss } from '../band.ts'
import { type Part, type Quantity, type QuantityKey, quantities } from '../quantities.ts'
import type { BoxResult, CardResult } from './box-result.ts'

/** How a loss of each part is said, in display order; more power is a loss of energy efficiency. */
const lossWords = {
  'memory bandwidth': 'memory bandwidth',
  arithmetic: 'arithmetic',
  'memory clock': 'memory clock',
  'SM clock': 'SM clock',
  throughput: 'throughput under this load',
  prefill: 'time to the first token, which grows',
  'energy efficiency': 'energy efficiency',
  'memory size': 'room for the KV cache',
} as const satisfies Partial<Record<Part, string>>

/**
 * The largest loss of each part of an average card that the night could have missed: of the card that it saw least of, by
 * its most sensitive figure, against its range or against its siblings. Null where no figure of some card shows the part.
 */
export function unseenLosses(cards: readonly CardResult[]): BoxResult['unseen'] {
  const judged = cards.filter(({ figures }) =>
    figures.some(({ verdict, wouldBe }) => (wouldBe ?? verdict) !== 'not-measured'),
  )
  if (judged.length === 0) return []
  return (Object.keys(lossWords) as (keyof typeof lossWords)[]).map((part) => {
    const losses = judged.map((card) => smallestLoss(card, part))
    const known = losses.flatMap((loss) => loss ?? [])
    return { part: lossWords[part], share: known.length < losses.length ? null : Math.max(...known) }
  })
}

function smallestLoss({ figures, comparisons }: CardResult, part: Part): number | null {
  const shows = (metric: string): Quantity | null => {
    const quantity: Quantity | undefined = quantities[metric as QuantityKey]
    return quantity?.shows === part ? quantity : null
  }
  const ofRanges = figures.flatMap(({ metric, verdict, wouldBe, low, high, expected, basis }) => {
    const quantity = shows(metric)
    if (quantity === null || (wouldBe ?? verdict) === 'not-measured' || expected === null) return []
    return unseenLoss(quantity, { low, high, expected, basis }) ?? []
  })
  const ofSiblings = comparisons
    .filter((each) => each.with === 'siblings' && each.verdict !== 'remark' && shows(each.metric) !== null)
    .map(({ margin }) => margin)
  const losses = [...ofRanges, ...ofSiblings]
  return losses.length === 0 ? null : Math.min(...losses)
}
