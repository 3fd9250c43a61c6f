import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Facts } from '../facts.ts'
import type { CardColumn, ScenarioRow, Selection } from './selection.ts'
import type { Cell } from './table.ts'

/** Why a card cannot run a workload for want of memory: one line for a cell, and the evidence for a note. */
export interface OutOfMemory {
  readonly reason: string
  readonly evidence: string
  /** Whether the run that showed it is simulated; absent where it follows from arithmetic. */
  readonly simulated?: boolean
}

/** Out of memory by the run, or by arithmetic where there is no run; null where neither applies. */
export function outOfMemory(
  row: ScenarioRow,
  card: CardColumn,
  selection: Selection,
  facts: Facts,
): OutOfMemory | null {
  const run = selection.runOf(row.name, card.key)
  if (run === null) return byArithmetic(row.sample, card, facts)
  if (run.oom === undefined) return null
  // the messages of servers are long, and older records have nothing else
  const reason = run.oom.reason ?? byArithmetic(run, card, facts)?.reason ?? 'the server ran out of memory'
  const stamp = run.source === 'simulated' ? ' (SIMULATED)' : ''
  return { reason, evidence: `${card.label}${stamp}: ${run.oom.evidence}`, simulated: run.source === 'simulated' }
}

function byArithmetic(run: RunRecord, card: CardColumn, facts: Facts): OutOfMemory | null {
  const fit = facts.fit(run, card.key)
  if ('reason' in fit || fit.value.fits) return null
  return { reason: fit.value.reason, evidence: `${card.label}: ${fit.value.evidence}` }
}

/** OOM with its evidence: from the run, or computed where there is no run. Null where neither applies. */
export function oomCell(row: ScenarioRow, card: CardColumn, selection: Selection, facts: Facts): Cell | null {
  const oom = outOfMemory(row, card, selection, facts)
  if (oom === null) return null
  const { evidence, simulated } = oom
  return { kind: 'oom', evidence, ...(simulated === undefined ? {} : { simulated }) }
}
