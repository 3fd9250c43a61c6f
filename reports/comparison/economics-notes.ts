import { type CrossingSide, crossingOf, crossingText } from '../charts/crossing.ts'
import type { Facts } from '../facts.ts'
import { formatGbp } from '../render/format-cell.ts'
import { assumptionsWords } from '../tables/economics-rows.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import type { CardMoney } from './card-money.ts'
import { basisNotes, powerBasis } from './power-basis.ts'

/** What is needed to reproduce the economics: the assumptions, changed power limits, where costs cross. */
export function economicsNotes(
  facts: Facts,
  { selection, scenario }: { readonly selection: Selection; readonly scenario: ScenarioRow },
  columns: readonly CardMoney[],
): string[] {
  const basis = powerBasis(selection, scenario)
  return [
    `For ${scenario.title} (${scenario.name}). ${assumedText(facts)}`,
    ...basisNotes(basis, selection),
    ...columns.flatMap((at) => [...limitNote(at), ...countNote(at)]),
    ...breakEvenNotes(columns),
  ]
}

/** Where the inputs of the economics are from: tariff and years, the price of each card, its idle power where it counts. */
export function economicsSources(
  facts: Facts,
  { selection, scenario }: { readonly selection: Selection; readonly scenario: ScenarioRow },
  columns: readonly CardMoney[],
): string[] {
  const isServer = powerBasis(selection, scenario).scope === 'server'
  return [
    `Assumptions of the economics: ${facts.moneySource}`,
    ...columns.flatMap(({ card }) => priceNote(card, facts)),
    ...(isServer ? [] : columns.flatMap(({ card }) => idleNote(card, facts))),
  ]
}

/** What every cost rests on. */
export const assumedText = ({ money }: Facts): string => `Assumed: ${assumptionsWords(money)}.`

/** What every cost rests on, and where it is from. */
export const assumptionsText = (facts: Facts): string => `${assumedText(facts)} Sources: ${facts.moneySource}`

/** The utilisation at which the first card and each further one cost the same per token. */
function breakEvenNotes([first, ...others]: readonly CardMoney[]): string[] {
  const side = (at: CardMoney | undefined): CrossingSide | null =>
    at !== undefined && 'value' in at.money && 'value' in at.power && 'value' in at.throughput
      ? {
          inputs: at.money.value,
          loadW: at.power.value.value,
          outputTokensPerS: at.throughput.value.value,
          ci95: at.throughput.value.ci95,
        }
      : null
  const base = side(first)
  return others.flatMap((at) => {
    const other = side(at)
    if (base === null || other === null) return []
    return [`${first!.card.label} and ${at.card.label} ${crossingText(crossingOf(base, other))}.`]
  })
}

/** The price of a card, and where it is from. */
export function priceNote(card: CardColumn, facts: Facts): string[] {
  const price = facts.priceGbp(card.key)
  return price === null
    ? []
    : [`Price of ${card.label}: ${formatGbp(price.value, 0)}, ${price.source} (${price.date}, ${price.kind}).`]
}

/** The idle power of a card, where it counts because the card is not always under load. */
export function idleNote(card: CardColumn, facts: Facts): string[] {
  const idleW = facts.card(card.key)?.idleW
  return idleW === undefined || facts.money.utilisation === 1
    ? []
    : [`Idle power of ${card.label}: ${idleW.value} W, ${idleW.source} (${idleW.date}, ${idleW.kind}).`]
}

/** A changed power limit changes the economics of a card. */
export function limitNote({ card, run }: CardMoney): string[] {
  if ('reason' in run) return []
  const odd = run.value.gpus.filter(
    ({ serving, powerLimitW, powerDefaultLimitW }) =>
      serving && powerLimitW !== null && powerDefaultLimitW !== null && powerLimitW !== powerDefaultLimitW,
  )
  return odd.map(
    (gpu) => `${card.label} ran at a power limit of ${gpu.powerLimitW} W; its default is ${gpu.powerDefaultLimitW} W.`,
  )
}

/** Totals of several GPUs say so. */
export const countNote = ({ card, gpus }: CardMoney): string[] =>
  gpus > 1 ? [`${card.label}: ${gpus} GPUs served; TDP, price, memory and idle power are totals of all ${gpus}.`] : []
