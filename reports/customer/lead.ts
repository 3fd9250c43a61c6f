import { counted } from '../../harness/units.ts'
import type { Alone } from '../comparison/winners.ts'
import { formatGbp } from '../render/format-cell.ts'
import { joinedAnd, type Subject, sidesOf, timesText } from './subject.ts'

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
  return [[...compared, ...price].join(' '), answerText(subject)].filter((text) => text !== '')
}

function cardText(key: string, { facts }: Subject): string | null {
  const card = facts.card(key)
  if (card?.vramGb === undefined || card.memoryBandwidthGBs === undefined) return null
  const type = card.memoryType === undefined ? '' : ` of ${card.memoryType}`
  return `The ${card.label} has ${card.vramGb.value} GB${type} and ${card.memoryBandwidthGBs.value.toLocaleString('en-GB')} GB/s of memory bandwidth.`
}

function answerText({ selection, winners }: Subject): string {
  const measured = counted(winners.length, 'workload')
  if (selection.cards.length < 2) return `${measured} ${winners.length === 1 ? 'was' : 'were'} measured on it.`
  const each = selection.cards.flatMap(({ key, label }) => {
    const won = winners.filter(({ card }) => card?.key === key)
    const because = (why: Alone, reason: (what: string) => string) => {
      const count = won.filter(({ alone }) => alone === why).length
      if (count === 0) return ''
      const what = reason(count === 1 ? 'it' : 'them')
      return count === won.length ? `, because ${what}` : `, ${count} of them because ${what}`
    }
    const only = [
      because('memory', (what) => `no other card here runs ${what}`),
      because('slo', (what) => `no other card here runs ${what} within the SLO`),
    ].join('')
    return won.length === 0 ? [] : [`the ${label} wins ${won.length}${only}`]
  })
  const open = winners.filter(({ card, none }) => card === null && !none).length
  const none = winners.filter((winner) => winner.none).length
  const rest = [
    ...(open > 0 ? [`${open} ${open === 1 ? 'is' : 'are'} undecided`] : []),
    ...(none > 0 ? [`${none} ${none === 1 ? 'runs' : 'run'} on none of them`] : []),
  ]
  return each.length + rest.length === 0
    ? `${measured} measured.`
    : `Of ${measured} on this page, ${joinedAnd([...each, ...rest])}.`
}
