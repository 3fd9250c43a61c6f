import { JoulemarkError } from '../errors.ts'
import { cardKeys, editionsOf, groupOf, PRO_6000_GROUP } from './cards.ts'
import { modelKeys } from './models.ts'
import { suggestion } from './nearest.ts'
import type { CardEntry } from './own/card-entry.ts'
import { cardEntries, cardEntryByKey } from './own/own-cards.ts'
import { modelByKey } from './own-models.ts'
import type { Model } from './types.ts'

/** All valid card names: keys of bundled and own cards, and groups of several editions. */
const allCardNames = (): readonly string[] => [...cardEntries().map((card) => card.key), PRO_6000_GROUP]

/** The names that a scenario file may use for models and cards. */
export const catalogueNames = {
  models: modelKeys,
  get cards(): readonly string[] {
    return allCardNames()
  },
}

/**
 * The cards, bundled or the user's own, in a list of names separated by commas; a group means all of its editions.
 * Throws `bad-input` that names `flag` and the nearest known name.
 */
export const cardsNamed = (names: string, flag = '--card'): readonly CardEntry[] =>
  names.split(',').flatMap((name) => cardsOf(name.trim(), flag))

function cardsOf(name: string, flag: string): readonly CardEntry[] {
  const card = cardEntryByKey(name)
  const found = card === null ? editionsOf(name) : [card]
  if (found.length > 0) return found
  throw new JoulemarkError(
    'bad-input',
    `${flag} ${name}: no such card in the catalogue; ${suggestion(name, allCardNames())}`,
  )
}

/** The models in a list of keys separated by commas. Throws `bad-input` that names `--model` and the nearest known key. */
export const modelsNamed = (keys: string): readonly Model[] =>
  keys.split(',').map((key) => {
    const model = modelByKey(key.trim())
    if (model !== null) return model
    throw new JoulemarkError(
      'bad-input',
      `--model ${key}: no such model in the catalogue; ${suggestion(key, modelKeys)}`,
    )
  })

/** Checks the key of one card (no group). Throws `bad-input` that names `flag` and the nearest known key. */
export function requireCardKey(key: string, flag: string): void {
  if (cardEntryByKey(key) === null)
    refuse(
      key,
      flag,
      cardEntries().map((card) => card.key),
    )
}

/** The same for what only a bundled card can do, as to be simulated. */
export function requireBundledCard(key: string, flag: string): void {
  if (!cardKeys.includes(key)) refuse(key, flag, cardKeys)
}

function refuse(key: string, flag: string, known: readonly string[]): never {
  throw new JoulemarkError('bad-input', `${flag} ${key}: no such card in the catalogue; ${suggestion(key, known)}`)
}

/** The names under `cards:` of a scenario that apply to this card: its group first, then its key. */
export function scenarioKeysFor(cardKey: string): string[] {
  const group = groupOf(cardKey)
  return group === null ? [cardKey] : [group, cardKey]
}
