import type { Gate } from '../record/schema/run.ts'
import { type GateInput, notMeasured } from './gate.ts'
import { appliesTo, gateEntries } from './table.ts'

/** All gates of a run, in the order of the table, each with what it found in the record. */
export function evaluateGates(record: GateInput): Gate[] {
  const { kind } = record.scenario
  return gateEntries.map(([id, gate]) =>
    appliesTo(gate, kind)
      ? { id, required: gate.required, ...gate.evaluate(record) }
      : { id, required: false, ...notMeasured(`does not apply to a run of kind ${kind}`) },
  )
}
