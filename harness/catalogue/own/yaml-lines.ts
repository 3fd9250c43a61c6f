import { GATHERED } from '../sourced.ts'
import type { CardEntry } from './card-entry.ts'

/**
 * What to put into joulemark.yaml so that a card has a name of its own there: one line of YAML. What the card reports of
 * itself is not repeated; `missing` names what only the user can add.
 */
export function yamlLine(entry: CardEntry, missing: readonly string[] = []): string {
  const { key, smiName, smiMemoryMiB } = entry
  const date = smiMemoryMiB?.date ?? GATHERED
  const fields = [
    `smiName: ${JSON.stringify(smiName)}`,
    ...(smiMemoryMiB == null ? [] : [`smiMemoryMiB: ${smiMemoryMiB.value}`]),
    ...missing.map((field) => `${field}: ...`),
    'source: nvidia-smi',
    `date: ${date}`,
  ]
  return `cards: { ${key}: { ${fields.join(', ')} } }`
}
