import type { MoneyModel } from '../../../money-model.ts'

/** A typed number, null unless it is at least `min`. An empty field is null, although a browser reads it as 0. */
export function typedNumber(typed: string, min: number): number | null {
  const value = Number(typed)
  return typed.trim() !== '' && Number.isFinite(value) && value >= min ? value : null
}

/**
 * The model of the page with the typed values, by the names of the inputs; null if one input is not a valid number. The
 * price of a card may stay empty where the report has none.
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
  return { ...model, utilisation: Math.min(percent, 100) / 100, tariffGbpPerKwh, years, pue, cards }
}
