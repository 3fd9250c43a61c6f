import type { Choice } from '../../harness/size/choice.ts'
import type { Offer } from '../../harness/size/offer.ts'
import { counted } from '../../harness/units.ts'
import { formatGbp } from '../render/format-cell.ts'
import type { CardAnswer } from './answer-types.ts'
import { basisWords, costWords } from './words.ts'

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
  if (choice === null && isPriced(answered)) return withoutChoice(answered, spare, scenario)
  if (choice === null || best === undefined) {
    const { key, label } = answered[0]!.answer
    return [
      `No recommendation, because no price is known of a card that serves it; the servers are counted. For ${label}, give --rent ${key}=GBP (a server per month, all in) or --price ${key}=GBP (a card).`,
    ]
  }
  const second = find(choice.second)
  const apart = answered.filter(({ offer }) => offer.monthGbp !== null && offer.costKind !== choice.costKind)
  const among = apart.length === 0 ? '' : ' of the cards with a rent'
  return [
    ...(choice.isClear || second === undefined
      ? [`Recommended${among}: ${offerText(best, spare)}${marginText(second, choice.marginGbp)}.`]
      : [
          `No clear winner${among}: ${offerText(best, spare)}, or ${offerText(second, spare)}. The intervals of their highest loads overlap so far that the second may cost no more than the first.`,
        ]),
    ...otherCounts(best, second, choice),
    ...otherKinds(apart),
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

const isPriced = (answered: readonly Sized[]): boolean => answered.some(({ offer }) => offer.monthGbp !== null)

/** Why no card of those that serve it is recommended, with the flag that changes it. */
export const whyNoChoice = (cards: readonly Sized[]): string => {
  const answered = cards.filter(({ offer }) => offer.count !== null)
  return isPriced(answered)
    ? `the rent of a server is not compared with the cost of cards alone; give ${rentFlags(answered)}`
    : 'no price is known'
}

/** The flags that make the costs of all cards rents. */
function rentFlags(cards: readonly Sized[]): string {
  const lacking = cards.filter(({ offer }) => offer.costKind !== 'rent')
  const more = lacking.length - MOST_FLAGS
  const flags = lacking.slice(0, MOST_FLAGS).map(({ answer }) => `--rent ${answer.key}=GBP`)
  return `${flags.join(' ')}${more > 0 ? ` and the same for ${counted(more, 'more card')}` : ''}`
}

const MOST_FLAGS = 3

/** Costs of several kinds, each with what it is of, where no two rents can be compared. */
const withoutChoice = (answered: readonly Sized[], spare: number, scenario: string): string[] => [
  `No recommendation: ${whyNoChoice(answered)} (a server per month, all in).`,
  ...answered.flatMap((each) => {
    const { costKind } = each.offer
    return costKind === null ? [] : [`${offerText(each, spare)}: ${costWords[costKind].long}.`]
  }),
  ...unpriced(answered),
  ...basisLines(answered, scenario),
]

/** Cards whose cost is of another kind than those that were compared. */
function otherKinds(apart: readonly Sized[]): string[] {
  if (apart.length === 0) return []
  const costs = apart.map(
    ({ answer, offer }) => `${answer.label} (${gbp(offer.monthGbp!)} per month is ${costWords[offer.costKind!].long})`,
  )
  return [`Not compared, because no rent is known: ${costs.join(', ')}; give ${rentFlags(apart)}.`]
}

/** The cost of cards alone decides less where one card needs more servers around it than the other. */
function otherCounts(best: Sized, second: Sized | undefined, { costKind }: Choice): string[] {
  const [one, other] = [best.offer.count!.grown, second?.offer.count?.grown ?? null]
  if (costKind === 'rent' || second === undefined || other === null || one === other) return []
  return [
    `The servers around the cards are not in these costs, and ${best.answer.label} needs ${one}, ${second.answer.label} ${other}: give ${rentFlags([best, second])} to compare whole servers.`,
  ]
}

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
