import { scenarioLimits } from '../../harness/gates/scenario-limits.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Table } from './table.ts'

/**
 * What a reader must know beside every figure of a run, one line each: that its trials and requests were shortened, and each
 * limit that its scenario loosened. None for most runs.
 */
export const caveatsOf = ({ quick, scenario }: Pick<RunRecord, 'quick' | 'scenario'>): string[] => [
  ...(quick ? [QUICK] : []),
  ...scenarioLimits(scenario)
    // shorter trials have shorter windows: that is said already
    .filter(({ isLoosened, field }) => isLoosened && !(quick && field === WINDOW))
    .map(({ what, inForce, usual }) => `looser than usual: ${what} ${inForce}, usually ${usual}`),
]

/** The caveats in the text of a cell. */
export const caveatsIn = (caveat: string): string[] => caveat.split(SEPARATOR)

/** Caveats as the text of a cell; null where there are none. */
export const caveatText = (caveats: readonly string[]): string | null =>
  caveats.length === 0 ? null : [...new Set(caveats)].join(SEPARATOR)

const SEPARATOR = '; '

/** The field of a scenario that sets the shortest steady window. */
const WINDOW = 'trial.minWindowSeconds'

const QUICK = 'quick: trials and requests are shorter than the scenario asks for'

/** The caveat that all runs have; null where there is none, or they differ. */
export function sharedCaveat(runs: readonly RunRecord[]): string | null {
  const [caveat, ...others] = [...new Set(runs.map((run) => caveatText(caveatsOf(run))))]
  return caveat === undefined || others.length > 0 ? null : caveat
}

/** The tables with their caveat said once, where every one of the runs has the same. */
export function withSharedCaveat(tables: readonly Table[], runs: readonly RunRecord[]): Table[] {
  const caveat = sharedCaveat(runs)
  if (caveat === null) return [...tables]
  const has = (table: Table) => {
    const own = table.rows.flatMap(({ cells }) => cells.flatMap((cell) => ('caveat' in cell ? [cell.caveat] : [])))
    return own.length > 0 && own.every((each) => each === caveat)
  }
  return tables.map((table) => (has(table) ? { ...table, caveat } : table))
}
