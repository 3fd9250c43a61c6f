import type { Facts } from '../facts.ts'
import type { CardColumn, ScenarioRow, Selection } from './selection.ts'
import type { Cell } from './table.ts'

/** OOM with its evidence: from the run, or computed where there is no run. Null where neither applies. */
export function oomCell(row: ScenarioRow, card: CardColumn, selection: Selection, facts: Facts): Cell | null {
  const run = selection.runOf(row.name, card.key)
  if (run !== null) {
    if (run.oom === undefined) return null
    const stamp = run.source === 'simulated' ? ' (SIMULATED)' : ''
    return { kind: 'oom', evidence: `${card.label}${stamp}: ${run.oom.evidence}` }
  }
  const fit = facts.fit(row.sample, card.key)
  return 'value' in fit && !fit.value.fits ? { kind: 'oom', evidence: `${card.label}: ${fit.value.evidence}` } : null
}
