import type { Choice } from '../../harness/size/choice.ts'
import type { Offer } from '../../harness/size/offer.ts'
import { counted } from '../../harness/units.ts'
import { formatGbp } from '../render/format-cell.ts'
import type { CardAnswer } from './answer-types.ts'
import { basisWords } from './words.ts'

/** What a recommendation is made from: a whole answer, or what a page knows of it. */
export interface Recommended {
  readonly cards: readonly {
    readonly answer: Pick<CardAnswer, 'key' | 'label' | 'basis'>
    readonly offer: Offer
  }[]
  readonly choice: Choice | null
  readonly spare: number
  readonly scenario: string
  readonly simulated: boolean
}
type Sized = Recommended['cards'][number]

/** The answer in sentences: what to offer and how sure it is, first. */
export function recommendation(asked: Recommended): string[] {
  const [first = '', ...others] = answerLines(asked)
  return [asked.simulated ? `SIMULATED. ${first}` : first, ...others]
}

function answerLines({ cards, choice, spare, scenario }: Recommended): string[] {
  const answered = cards.filter(({ offer }) => offer.count !== null)
  if (answered.length === 0) return ['No card serves it within the SLO: the reasons stand in the table.']
  const find = (key: string | null) => cards.find(({ answer }) => answer.key === key)
  const best = find(choice?.best ?? null)
  if (choice === null || best === undefined) {
    const { key, label } = answered[0]!.answer
    return [
      `No recommendation, because no price is known of a card that serves it; the servers are counted. For ${label}, give --rent ${key}=GBP (a server per month, all in) or --price ${key}=GBP (a card).`,
    ]
  }
  const second = find(choice.second)
  return [
    ...(choice.isClear || second === undefined
      ? [`Recommended: ${offerText(best, spare)}${marginText(second, choice.marginGbp)}.`]
      : [
          `No clear winner: ${offerText(best, spare)}, or ${offerText(second, spare)}. The intervals of their highest loads overlap so far that the second may cost no more than the first.`,
        ]),
    ...unpriced(answered),
    ...basisLines([best, ...(second === undefined ? [] : [second])], scenario),
  ]
}

const gbp = (value: number) => formatGbp(value, value < 10 ? 2 : 0)

function offerText({ answer, offer }: Sized, spare: number): string {
  const { grown } = offer.count!
  const spares = spare === 0 ? '' : ` (${grown - spare} and ${spare} spare)`
  const perUser = offer.userGbpPerMonth === null ? '' : `, ${gbp(offer.userGbpPerMonth)} per user`
  return `${answer.label}, ${counted(grown, 'server', 'servers')}${spares}, ${gbp(offer.monthGbp!)} per month${perUser}`
}

const marginText = (second: Sized | undefined, marginGbp: number | null): string =>
  second === undefined || marginGbp === null ? '' : `; ${gbp(marginGbp)} per month less than ${second.answer.label}`

/** Cards that serve it and could not be compared. */
function unpriced(answered: readonly Sized[]): string[] {
  const without = answered.filter(({ offer }) => offer.monthGbp === null)
  if (without.length === 0) return []
  const [first] = without as [Sized]
  const names = without.map(({ answer }) => answer.label).join(', ')
  return [
    `Not compared, because no price is known: ${names}; give --rent ${first.answer.key}=GBP or --price ${first.answer.key}=GBP.`,
  ]
}

/** What is to be known of the figures behind a recommendation. */
function basisLines(used: readonly Sized[], scenario: string): string[] {
  const unsure = used.filter(({ answer }) => answer.basis === 'expected' || answer.basis === 'extrapolated')
  const names = unsure.map(({ answer }) => `${answer.label} (${basisWords[answer.basis!]})`).join(', ')
  return unsure.length === 0
    ? []
    : [`Not measured: ${names}. Measure before you offer it: joulemark sweep ${scenario} --endpoint URL`]
}
