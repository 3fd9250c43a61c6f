import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'

/** A card with its memory, such as "RTX 4090 24GB"; some labels have the memory already. */
export const withMemory = ({ label, vramGb }: CardEntry): string =>
  label.endsWith(' GB') || vramGb === undefined ? label : `${label} ${vramGb.value}GB`

const sharing: Readonly<Record<NonNullable<CardEntry['memorySharedWithCpu']>, string | null>> = {
  no: null,
  'second-pool': 'only its own memory counts; the memory of the CPU, which it can also reach, does not.',
  'one-pool':
    'CPU and GPU share this memory. Memory used by the system and other programs is not available to the model, and nvidia-smi reports none of it.',
}

/** What a fit does not count on cards that share memory with their CPU, one note per card. */
export const sharedMemoryNotes = (cards: readonly CardEntry[]): string[] =>
  [...new Set(cards)].flatMap(({ label, memorySharedWithCpu = 'no' }) => {
    const note = sharing[memorySharedWithCpu]
    return note === null ? [] : [`${label}: ${note}`]
  })
