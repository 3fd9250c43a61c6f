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
    .filter((limit) => limit.isLoosened)
    .map(({ what, inForce, usual }) => `looser than usual: ${what} ${inForce}, usually ${usual}`),
]

const QUICK = 'quick: trials and requests are shorter than the scenario asks for'

/** The tables with their caveat said once, where every one of the runs has the same. */
export function withSharedCaveat(tables: readonly Table[], runs: readonly RunRecord[]): Table[] {
  const [caveat, ...others] = [...new Set(runs.map((run) => caveatsOf(run).join('; ')))]
  if (caveat === undefined || caveat === '' || others.length > 0) return [...tables]
  const has = (table: Table) => table.rows.some(({ cells }) => cells.some((cell) => 'caveat' in cell))
  return tables.map((table) => (has(table) ? { ...table, caveat } : table))
}
