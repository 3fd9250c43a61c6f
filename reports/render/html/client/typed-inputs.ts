import type { MoneyModel } from '../../../money-model.ts'

/** A number as typed, null unless it is one of at least `least`. An empty field is 0 to a browser, and nobody's tariff. */
export function typedNumber(typed: string, least: number): number | null {
  const value = Number(typed)
  return typed.trim() !== '' && Number.isFinite(value) && value >= least ? value : null
}

/**
 * The model of the page at what a reader has typed, by the names of the inputs; null as soon as one input is no number
 * that can be used. The price of a card may stay empty where the report knew none.
 */
export function typedModel(model: MoneyModel, typed: (name: string) => string): MoneyModel | null {
  const percent = typedNumber(typed('utilisation'), 1)
  const tariffGbpPerKwh = typedNumber(typed('tariff'), 0)
  const years = typedNumber(typed('years'), 0.1)
  const pue = typedNumber(typed('pue'), 1)
  if (percent === null || tariffGbpPerKwh === null || years === null || pue === null) return null
  const cards: MoneyModel['cards'][number][] = []
  for (const [index, card] of model.cards.entries()) {
    const text = typed(`price-${index}`)
    const priceGbp = typedNumber(text, 0)
    const isUnknown = text.trim() === '' && card.priceGbp === null
    if (priceGbp === null && !isUnknown) return null
    cards.push({ ...card, priceGbp })
  }
  return { utilisation: Math.min(percent, 100) / 100, tariffGbpPerKwh, years, pue, cards }
}
