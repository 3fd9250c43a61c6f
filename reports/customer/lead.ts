import { timesText } from '../answer/phrases.ts'
import { winsSentence } from '../answer/wins.ts'
import { formatGbp } from '../render/format-cell.ts'
import { type Subject, sidesOf } from './subject.ts'

/** The answer of the page in a few sentences: what the cards are, what they cost, and which one won what. */
export function leadOf(subject: Subject): string[] {
  const { first, others } = sidesOf(subject)
  if (first === undefined) return ['None of the runs may be printed, so this page has no figures.']
  const known = others.map(({ key }) => cardText(key, subject)).filter((text) => text !== null)
  const compared = [cardText(first.key, subject), ...known].filter((text) => text !== null)
  const price = others.flatMap(({ key, label }) => {
    const [low, high] = [subject.facts.priceGbp(first.key)?.value, subject.facts.priceGbp(key)?.value]
    if (low === undefined || high === undefined || low <= 0) return []
    return [
      `At ${formatGbp(high, 0)} the ${label} costs ${timesText(high / low)} as much as the ${first.label} at ${formatGbp(low, 0)}.`,
    ]
  })
  return [[...compared, ...price].join(' '), winsSentence(subject.selection.cards, subject.winners)].filter(
    (text) => text !== '',
  )
}

function cardText(key: string, { facts }: Subject): string | null {
  const card = facts.card(key)
  if (card?.vramGb === undefined || card.memoryBandwidthGBs === undefined) return null
  const type = card.memoryType === undefined ? '' : ` of ${card.memoryType}`
  return `The ${card.label} has ${card.vramGb.value} GB${type} and ${card.memoryBandwidthGBs.value.toLocaleString('en-GB')} GB/s of memory bandwidth.`
}
