import type { CardResult } from '../result/box-result.ts'

/** Characters of a UUID that select a card: nvidia-smi and CUDA take a prefix too. */
const UUID_CHARACTERS = 'GPU-'.length + 8

/** A card in a few words: its number, the begin of its UUID, its slot. */
export function cardName({ index, uuid, slot }: CardResult): string {
  const where = slot === null ? '' : `, slot ${shortSlot(slot)}`
  return `GPU ${index ?? '?'} (${shortUuid(uuid)}${where})`
}

/** The begin of a UUID. */
const shortUuid = (uuid: string): string => uuid.slice(0, UUID_CHARACTERS)

/** A PCI address without a domain of zeros. */
export const shortSlot = (slot: string): string => slot.replace(/^0+:/, '')

/** Numbers of cards as a list: "GPU 0, 1, 3". */
export function cardNumbers(cards: readonly Pick<CardResult, 'index' | 'uuid'>[]): string {
  return `GPU ${cards.map(({ index, uuid }) => index ?? shortUuid(uuid)).join(', ')}`
}
