import type { Report } from '../report.ts'
import { SIMULATED_MARK } from './format-cell.ts'

/** What the word means, once for a document that is all simulated. */
export const SIMULATED_WORDS = 'SIMULATED: produced by the simulator, not by a GPU. It proves nothing about any card.'

/** What the mark of a cell means, in a table that has live values too. */
export const SIMULATED_NOTE = `${SIMULATED_MARK} ${SIMULATED_WORDS}`

/** What a report with simulated values says of them before all tables; null for a live one. */
export function simulatedBanner({ simulated, sources }: Report): string | null {
  if (!simulated) return null
  if (sources.every(({ source }) => source === 'simulated')) return SIMULATED_WORDS
  return `SIMULATED: tables and charts with this word in their heading, and beside live values those marked ${SIMULATED_MARK}, were produced by the simulator, not by a GPU. They prove nothing about any card.`
}
