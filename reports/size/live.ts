import { peakLoad } from '../../harness/size/demand.ts'
import {
  type Offer,
  type OfferAssumptions,
  type OfferDemand,
  offers,
  type SizedCard,
} from '../../harness/size/offer.ts'
import { formatGbp, formatNumber } from '../render/format-cell.ts'
import type { CardAnswer } from './answer-types.ts'
import { recommendation } from './recommendation.ts'
import { costWords, demandText, headroomText } from './words.ts'

/** What the page knows of a case, to answer it again for another demand. */
export interface SizeModel {
  readonly scenario: string
  readonly simulated: boolean
  readonly demand: OfferDemand
  readonly growthMonths: number | null
  readonly pauseS: number | null
  readonly assumptions: OfferAssumptions
  readonly cards: readonly (SizedCard & Pick<CardAnswer, 'basis' | 'reason'>)[]
}

/** Texts of one card that follow from the demand, with what stands below in small print. */
export interface LiveRow {
  readonly key: string
  readonly isBest: boolean
  readonly cells: Readonly<Record<LiveColumn, readonly [main: string, small: string]>>
}

/** Columns that follow from the demand. */
export const liveColumns = ['users', 'servers', 'month', 'user', 'headroom'] as const
export type LiveColumn = (typeof liveColumns)[number]

/** The whole page for a demand: the same for the report and for its sliders. */
export interface LiveAnswer {
  readonly said: readonly string[]
  readonly demand: string
  readonly rows: readonly LiveRow[]
}

/** What a page shows for a demand. Pure: the page calls it again for every move of a slider. */
export function liveAnswer(model: SizeModel): LiveAnswer {
  const { demand, assumptions, cards, growthMonths, pauseS, scenario, simulated } = model
  const made = offers(cards, demand, assumptions)
  const sized = cards.map((answer, at) => ({ answer, offer: made.offers[at]! }))
  return {
    said: recommendation({ cards: sized, choice: made.choice, spare: demand.spare, scenario, simulated }),
    demand: demandText(demand, growthMonths, pauseS),
    rows: sized.map(({ answer, offer }) => ({
      key: answer.key,
      isBest: made.choice?.isClear === true && made.choice.best === answer.key,
      cells: cellsOf(offer, demand),
    })),
  }
}

const NONE = ['–', ''] as const

function cellsOf(offer: Offer, demand: OfferDemand): LiveRow['cells'] {
  const { count, monthGbp, leastMonthGbp, userGbpPerMonth, costKind } = offer
  if (count === null) return { users: NONE, servers: NONE, month: NONE, user: NONE, headroom: NONE }
  const least = leastMonthGbp === null || leastMonthGbp === monthGbp ? [] : [`from ${formatGbp(leastMonthGbp, 0)}`]
  const what = costKind === null ? [] : [costWords[costKind].short]
  const isGrowing = peakLoad(demand).grown > peakLoad(demand).today && count.today !== count.grown
  return {
    users: [count.usersPerServer === null ? '–' : formatNumber(Math.floor(count.usersPerServer), 0), ''],
    servers: [String(count.grown), isGrowing ? `${count.today} today` : ''],
    month: monthGbp === null ? ['no price', ''] : [formatGbp(monthGbp, 0), [...least, ...what].join(', ')],
    user: [userGbpPerMonth === null ? '–' : formatGbp(userGbpPerMonth, 2), ''],
    headroom: [headroomText(count.headroomShare), ''],
  }
}
