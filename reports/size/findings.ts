import { MODEL_ERROR } from '../../harness/size/capacity.ts'
import { peakLoad } from '../../harness/size/demand.ts'
import { counted } from '../../harness/units.ts'
import { formatNumber } from '../render/format-cell.ts'
import { recommendation } from './recommendation.ts'
import { meanSizeOf, sessionOf } from './size-case.ts'
import type { Sizing } from './sizing.ts'
import { demandText, moneyText, percent } from './words.ts'

/** What an answer says. */
export const recommendationOf = ({ cards, choice, asked, scenario, simulated }: Sizing): string[] =>
  recommendation({ cards, choice, spare: asked.demand.spare, scenario: scenario.name, simulated })

/** What the table rests on: the demand, the SLO, the interval and the money. */
export function assumptionNotes({ asked, scenario, assumptions, moneySource, cards }: Sizing): string[] {
  const { demand, growthMonths, pauseS, goodShare, burstiness } = asked
  const peak = peakLoad(demand)
  const limits = Object.entries(scenario.slo ?? {}).map(
    ([key, ms]) => `${key.replace('Ms', '').toUpperCase()} ${ms} ms`,
  )
  const arrivals = burstiness === 1 ? 'at random times (Poisson)' : `in bursts (gamma gaps of shape ${burstiness})`
  const isOpen = peak.unit === 'requests/s'
  const isMeasured = cards.some(({ answer }) => answer.basis !== null && answer.basis !== 'expected')
  const spread = isMeasured ? 'the spread of the trials' : 'how far cards lie from what is expected of them'
  return [
    `Demand: ${demandText(demand, growthMonths, pauseS)}.`,
    requestNote(scenario),
    `SLO: ${percent(goodShare)} of the requests meet ${limits.join(' and ')}${isOpen ? `; in the peak hour requests come ${arrivals}, the same share to each server` : ''}.`,
    `Servers are counted at the low end of the 95 % interval of the highest load: ${spread}, and ${percent(MODEL_ERROR.below)} below and ${percent(MODEL_ERROR.above)} above it for what lies between a closed and an open loop. A server is one copy of the model with its GPUs.`,
    `${moneyText(assumptions)}; ${moneySource}.`,
    ...notesByText(cards),
  ]
}

/** What one request is: the figures hold for these lengths, and fall with longer ones. */
function requestNote(scenario: Sizing['scenario']): string {
  const { promptTokens, cachedTokens, outputTokens } = meanSizeOf(scenario)
  const session = sessionOf(scenario.load)
  const each =
    session === null ? 'Each request' : `Sessions of ${counted(session.turns, 'turn')}; each turn, on average`
  const isMean = session === null && typeof (scenario.prompt.tokens ?? 0) !== 'number'
  const cached = cachedTokens === 0 ? '' : ` (${formatNumber(cachedTokens, 0)} of them in the prefix cache)`
  return `${each}${isMean ? ', on average' : ''}: a prompt of ${counted(promptTokens, 'token')}${cached}, an answer of ${counted(outputTokens, 'token')}; with other lengths the figures are others.`
}

/** How each figure was got and what is to be known of it; what holds for several cards once. */
function notesByText(cards: Sizing['cards']): string[] {
  const notes = cards.flatMap(({ answer: { label, basis, from, notes } }) =>
    [...(basis === null ? [] : [from]), ...notes].map((text) => ({ label, text })),
  )
  return [...Map.groupBy(notes, ({ text }) => text)].map(
    ([text, same]) => `${same.map(({ label }) => label).join(', ')}: ${text}.`,
  )
}
