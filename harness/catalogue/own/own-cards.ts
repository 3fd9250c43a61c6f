import { cardByKey, cardBySmiName, cards } from '../cards.ts'
import type { CardEntry } from './card-entry.ts'

/**
 * The cards of joulemark.yaml beside the bundled ones. The command line sets them once, before anything is looked up: they
 * belong to the catalogue of the user as the bundled ones belong to everyone's.
 */
let own: readonly CardEntry[] = []

/** Replaces the user's own cards. Their keys are none of the bundled ones: the loader of joulemark.yaml checks that. */
export function useOwnCards(entries: readonly CardEntry[]): void {
  own = entries
}

/** Every card, bundled ones first. */
export const cardEntries = (): readonly CardEntry[] => [...cards, ...own]

/** A card by its key, bundled or the user's own; null for other keys and for groups. */
export const cardEntryByKey = (key: string): CardEntry | null =>
  cardByKey(key) ?? own.find((entry) => entry.key === key) ?? null

/** Reserved memory and ECC stay within this share of the memory; a board with other memory, a partition or a vGPU does not. */
const MEMORY_DIFFERENCE = 0.1

const isNear = (hasMiB: number, expectedMiB: number): boolean =>
  Math.abs(hasMiB - expectedMiB) <= MEMORY_DIFFERENCE * Math.max(hasMiB, expectedMiB)

/**
 * The card with this nvidia-smi name, with or without the stamp of the simulator, and this memory: boards of one name are
 * sold with other memory. A bundled card of the name where no own one has the memory; null for other names.
 */
export function cardEntryBySmiName(name: string, memoryMiB: number | null = null): CardEntry | null {
  const bundled = cardBySmiName(name)
  const has = (entry: CardEntry): boolean | null =>
    memoryMiB === null || entry.smiMemoryMiB == null ? null : isNear(memoryMiB, entry.smiMemoryMiB.value)
  if (bundled !== null && has(bundled) !== false) return bundled
  const plain = name.replace(/ \(SIMULATED\)$/, '')
  return own.find((entry) => entry.smiName === plain && has(entry) !== false) ?? bundled
}

/** The card of a run by its record: a bundled one by its key, else the description in the record, else an own one by its key. */
export function cardOfRun(card: {
  readonly key: string | null
  readonly description?: CardEntry | undefined
}): CardEntry | null {
  const bundled = card.key === null ? null : cardByKey(card.key)
  return bundled ?? card.description ?? (card.key === null ? null : cardEntryByKey(card.key))
}
