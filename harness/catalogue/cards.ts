import { dataCentreCards } from './cards-data-centre.ts'
import { rtxCards } from './cards-rtx.ts'
import type { Card } from './types.ts'

/** Every card that joulemark knows, with a source and a date for each figure. */
export const cards: readonly Card[] = [...rtxCards, ...dataCentreCards]

export const cardKeys: readonly string[] = cards.map((card) => card.key)

/** The name that stands for whichever edition of the RTX PRO 6000 Blackwell is found. */
export const PRO_6000_GROUP = 'rtx-6000-pro'

/** A card by its key, or null. A group name is no card: its editions differ by a factor of two in power. */
export const cardByKey = (key: string): Card | null => cards.find((card) => card.key === key) ?? null

/** The editions that a group name stands for; empty for anything that is no group. */
export function editionsOf(group: string): readonly Card[] {
  return group === PRO_6000_GROUP ? cards.filter((card) => card.key.startsWith('rtx-pro-6000-')) : []
}

/** The group that a card belongs to, or null. */
export const groupOf = (key: string): string | null => (key.startsWith('rtx-pro-6000-') ? PRO_6000_GROUP : null)

/** The card with exactly this nvidia-smi name; the stand-in's stamp after it is seen through. Null for others. */
export function cardBySmiName(name: string): Card | null {
  const plain = name.replace(/ \(SIMULATED\)$/, '')
  return cards.find((card) => card.smiName === plain) ?? null
}
