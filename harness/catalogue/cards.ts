import { a100Cards } from './cards-a100.ts'
import { adaCards } from './cards-ada.ts'
import { blackwellCards } from './cards-blackwell.ts'
import { ga102Cards } from './cards-ga102.ts'
import { hopperCards } from './cards-hopper.ts'
import { rtxProCards } from './cards-rtx-pro.ts'
import { superchips } from './cards-superchips.ts'
import { turingCards } from './cards-turing.ts'
import type { Card } from './types.ts'

/** All cards of the catalogue, with a source and a date for each value. */
export const cards: readonly Card[] = [
  ...adaCards,
  ...rtxProCards,
  ...blackwellCards,
  ...hopperCards,
  ...superchips,
  ...a100Cards,
  ...ga102Cards,
  ...turingCards,
]

export const cardKeys: readonly string[] = cards.map((card) => card.key)

/** Group name of the RTX PRO 6000 Blackwell editions. */
export const PRO_6000_GROUP = 'rtx-6000-pro'

/** A card by its key, or null. Null for a group name, because its editions differ by a factor of two in power. */
export const cardByKey = (key: string): Card | null => cards.find((card) => card.key === key) ?? null

/** The editions of a group; empty for any other name. */
export function editionsOf(group: string): readonly Card[] {
  return group === PRO_6000_GROUP ? cards.filter((card) => card.key.startsWith('rtx-pro-6000-')) : []
}

/** The group that a card belongs to, or null. */
export const groupOf = (key: string): string | null => (key.startsWith('rtx-pro-6000-') ? PRO_6000_GROUP : null)

/** The card with exactly this nvidia-smi name, with or without the stamp of the simulator; null for other names. */
export function cardBySmiName(name: string): Card | null {
  const plain = name.replace(/ \(SIMULATED\)$/, '')
  return cards.find((card) => card.smiName === plain) ?? null
}
