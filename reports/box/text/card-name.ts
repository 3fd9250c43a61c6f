import type { CardResult } from '../result/box-result.ts'

/** Fewest characters of a UUID that are shown of a card: nvidia-smi and CUDA take a prefix too. */
const FEWEST_CHARACTERS = 'GPU-'.length + 8

/** A card in a few words: its number, as much of its UUID as distinguishes it from the other cards, its slot. */
export function cardName({ index, uuid, slot }: CardResult, cards: readonly CardResult[]): string {
  const where = slot === null ? '' : `, slot ${shortSlot(slot)}`
  const others = cards.flatMap((card) => (card.uuid === uuid ? [] : [card.uuid]))
  return `GPU ${index ?? '?'} (${shortUuid(uuid, others)}${where})`
}

/** The shortest begin of a UUID that no other card has. */
function shortUuid(uuid: string, others: readonly string[]): string {
  let length = FEWEST_CHARACTERS
  while (length < uuid.length && others.some((other) => other.startsWith(uuid.slice(0, length)))) length += 1
  return uuid.slice(0, length).replace(/-$/, '')
}

/** A PCI address without a domain of zeros. */
export const shortSlot = (slot: string): string => slot.replace(/^0+:/, '')

/** Numbers of cards as a list: "GPU 0, 1, 3". */
export function cardNumbers(cards: readonly Pick<CardResult, 'index' | 'uuid'>[]): string {
  return `GPU ${cards.map(({ index, uuid }) => index ?? uuid).join(', ')}`
}
