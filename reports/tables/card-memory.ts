import type { Card } from '../../harness/catalogue/types.ts'

/** A card with its memory, such as "RTX 4090 24GB"; some labels have the memory already. */
export const withMemory = ({ label, vramGb }: Card): string =>
  label.endsWith(' GB') ? label : `${label} ${vramGb.value}GB`

const sharing: Readonly<Record<Card['memorySharedWithCpu'], string | null>> = {
  no: null,
  'second-pool': 'only its own memory counts; the memory of the CPU, which it can also reach, does not.',
  'one-pool':
    'CPU and GPU share this memory. Memory used by the system and other programs is not available to the model, and nvidia-smi reports none of it.',
}

/** What a fit does not count on cards that share memory with their CPU, one note per card. */
export const sharedMemoryNotes = (cards: readonly Card[]): string[] =>
  [...new Set(cards)].flatMap(({ label, memorySharedWithCpu }) => {
    const note = sharing[memorySharedWithCpu]
    return note === null ? [] : [`${label}: ${note}`]
  })
