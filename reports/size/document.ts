import type { z } from 'zod'
import { peakLoad } from '../../harness/size/demand.ts'
import { printable } from '../render/plain-text.ts'
import { SIZE_JSON_VERSION, type sizeJsonSchema } from './document-schema.ts'
import { recommendationOf } from './findings.ts'
import { meanSizeOf } from './size-case.ts'
import type { Sizing } from './sizing.ts'

type Document = z.input<typeof sizeJsonSchema>
type CardPart = Document['cards'][number]

/** The answer as one JSON document (docs/schemas/size.schema.json); texts hold no control characters. */
export function sizeDocument(sizing: Sizing): Document {
  const { asked, scenario, assumptions, choice, cards, simulated, moneySource } = sizing
  const { spare, ...demand } = asked.demand
  const { growthMonths, pauseS, burstiness, goodShare } = asked
  return clean({
    ...{ format: 'joulemark-size', version: SIZE_JSON_VERSION, simulated, stamp: simulated ? 'SIMULATED' : null },
    ...{ title: asked.title, model: scenario.model, slo: { ...scenario.slo }, goodShare },
    request: { ...meanSizeOf(scenario) },
    demand: { ...demand, growthMonths, pauseS, burstiness, spare },
    peak: peakLoad(asked.demand),
    money: { ...assumptions, source: moneySource },
    recommendation:
      choice === null
        ? null
        : {
            card: choice.best,
            second: choice.second,
            marginGbpPerMonth: choice.marginGbp,
            isClear: choice.isClear,
            costKind: choice.costKind,
          },
    said: recommendationOf(sizing),
    cards: cards.map(cardPart),
  })
}

function cardPart({ answer, offer }: Sizing['cards'][number]): CardPart {
  const { key, label, gpus, basis, from, simulated, whyNotQuotable, reason, server, limitedBy } = answer
  const { count } = offer
  return {
    ...{ card: { key, label }, gpus, basis, from, simulated, whyNotQuotable, reason },
    quotable: whyNotQuotable === null,
    highestLoad: server as CardPart['highestLoad'],
    limitedBy: limitedBy && { what: limitedBy.what, slo: 'slo' in limitedBy ? limitedBy.slo : null },
    requestsInServer: answer.inFlight,
    usersPerServer: count?.usersPerServer ?? null,
    servers: count && { needed: count.grown, today: count.today, fewest: count.fewest },
    headroomShare: count?.headroomShare ?? null,
    serverGbpPerMonth: offer.serverGbpPerMonth,
    gbpPerMonth: offer.monthGbp,
    costKind: offer.costKind,
    gbpPerUserPerMonth: offer.userGbpPerMonth,
    notes: [...answer.notes],
    runs: [...answer.runs],
  }
}

const clean = <Part>(part: Part): Part =>
  JSON.parse(JSON.stringify(part, (_key, value) => (typeof value === 'string' ? printable(value) : value))) as Part
