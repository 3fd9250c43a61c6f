import { JoulemarkError } from '../errors.ts'
import { cardByKey, cardKeys, editionsOf, groupOf, PRO_6000_GROUP } from './cards.ts'
import { modelKeys } from './models.ts'
import { suggestion } from './nearest.ts'
import type { Card } from './types.ts'

/** All valid card names: keys of the catalogue and groups of several editions. */
const cardNames: readonly string[] = [...cardKeys, PRO_6000_GROUP]

/** The names that a scenario file may use for models and cards. */
export const catalogueNames = { models: modelKeys, cards: cardNames } as const

/**
 * The cards in a list of names separated by commas; a group means all of its editions.
 * Throws `bad-input` that names `flag` and the nearest known name.
 */
export const cardsNamed = (names: string, flag = '--card'): readonly Card[] =>
  names.split(',').flatMap((name) => cardsOf(name.trim(), flag))

function cardsOf(name: string, flag: string): readonly Card[] {
  const card = cardByKey(name)
  const found = card === null ? editionsOf(name) : [card]
  if (found.length > 0) return found
  throw new JoulemarkError(
    'bad-input',
    `${flag} ${name}: no such card in the catalogue; ${suggestion(name, cardNames)}`,
  )
}

/** Checks the key of one card (no group). Throws `bad-input` that names `flag` and the nearest known key. */
export function requireCardKey(key: string, flag: string): void {
  if (cardKeys.includes(key)) return
  throw new JoulemarkError('bad-input', `${flag} ${key}: no such card in the catalogue; ${suggestion(key, cardKeys)}`)
}

/** The names under `cards:` of a scenario that apply to this card: its group first, then its key. */
export function scenarioKeysFor(cardKey: string): string[] {
  const group = groupOf(cardKey)
  return group === null ? [cardKey] : [group, cardKey]
}
