import type { GateStatus } from '../gates/gate.ts'
import type { GateId } from '../gates/table.ts'
import type { MeasuredRun } from './measured-run.ts'

/** One run and the expected result of a gate. */
export interface GateRow {
  readonly status: GateStatus
  readonly what: string
  /** What is changed in a run that passes every gate. */
  readonly run: MeasuredRun
  /** The run lies exactly at this threshold of the gate, or one step beyond it. */
  readonly at?: string
  readonly beyond?: string
}
export type GateRows = Partial<Record<GateId, readonly GateRow[]>>

interface Edge {
  readonly at?: string
  readonly beyond?: string
}
const row =
  (status: GateStatus) =>
  (what: string, run: MeasuredRun, edge: Edge = {}): GateRow => ({ status, what, run, ...edge })

export const pass = row('pass')
export const warn = row('warn')
export const fail = row('fail')
export const unmeasured = row('not-measured')
