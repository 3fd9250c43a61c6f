import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Choice, CostKind } from '../../harness/size/choice.ts'
import { type Offer, type OfferAssumptions, offers } from '../../harness/size/offer.ts'
import type { Facts } from '../facts.ts'
import type { CardAnswer } from './answer-types.ts'
import { cardAnswers, type SizeSources } from './answers.ts'
import type { SizeCase, TextScenario } from './size-case.ts'

/** The answer of `size`: every card with its servers and cost, and the recommendation. */
export interface Sizing {
  readonly asked: SizeCase
  /** The scenario without the overrides of any card. */
  readonly scenario: TextScenario
  readonly assumptions: OfferAssumptions
  readonly moneySource: string
  /** By the kind of their cost, rents first, the cheapest of a kind first; those without an answer last. */
  readonly cards: readonly { readonly answer: CardAnswer; readonly offer: Offer }[]
  readonly choice: Choice | null
  readonly simulated: boolean
  readonly runs: readonly RunRecord[]
}

/** Sizes a case on every card that was measured or asked about. */
export function sizing(asked: SizeCase, sources: SizeSources): Sizing {
  const { facts, runs } = sources
  const answers = cardAnswers(asked, sources)
  const assumptions = assumptionsOf(facts)
  const made = offers(answers, asked.demand, assumptions)
  const used = new Set(answers.flatMap((answer) => answer.runs))
  const cards = answers.map((answer, at) => ({ answer, offer: made.offers[at]! }))
  return {
    asked,
    scenario: asked.scenarioFor(''),
    assumptions,
    moneySource: facts.moneySource,
    cards: cards.toSorted((a, b) => rank(a) - rank(b) || month(a) - month(b) || servers(a) - servers(b)),
    choice: made.choice,
    simulated: answers.some(({ simulated }) => simulated),
    runs: runs.filter(({ id }) => used.has(id)),
  }
}

const assumptionsOf = ({ money: { years, tariffGbpPerKwh, utilisation, pue } }: Facts): OfferAssumptions => ({
  years,
  tariffGbpPerKwh,
  utilisation,
  pue,
})

type Sized = Sizing['cards'][number]
const kinds: readonly (CostKind | null)[] = ['rent', 'card-rent', 'cards', null]
const rank = ({ offer }: Sized): number => (offer.count === null ? kinds.length : kinds.indexOf(offer.costKind))
const month = ({ offer }: Sized): number => offer.monthGbp ?? 0
const servers = ({ offer }: Sized): number => offer.count?.grown ?? Number.MAX_SAFE_INTEGER
