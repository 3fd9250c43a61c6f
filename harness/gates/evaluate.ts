import type { Gate, RunRecord } from '../record/schema/run.ts'
import { type GateDefinition, type GateInput, type GateResult, notMeasured } from './gate.ts'
import { appliesTo, gateById, gateEntries } from './table.ts'

/** Why a gate that judges trials says nothing of a run without one, whatever was sent before. */
export const NO_TRIAL = 'no trial was run'

/** All gates of a run, in the order of the table, each with what it found in the record. */
export function evaluateGates(record: GateInput): Gate[] {
  const { kind } = record.scenario
  return gateEntries.map(([id, gate]) =>
    appliesTo(gate, kind)
      ? { id, required: gate.required, ...judged(gate, record) }
      : { id, required: false, ...notMeasured(`does not apply to a run of kind ${kind}`) },
  )
}

/** What was found wrong before the first trial, such as a card that left the bus, is the reason why there is none: it stays. */
function judged(gate: GateDefinition, record: GateInput): GateResult {
  const result = gate.evaluate(record)
  const isBare = record.trials.length === 0 && gate.beforeTrials !== true
  return isBare && result.status !== 'fail' ? notMeasured(NO_TRIAL) : result
}

/** The gates of a run that apply to its kind; those of another version too. */
export const applyingGates = ({ gates, scenario }: Pick<RunRecord, 'gates' | 'scenario'>): Gate[] =>
  gates.filter(({ id }) => {
    const known = gateById(id)
    return known === null || appliesTo(known, scenario.kind)
  })

/** How many gates apply to a run, and how many of them have each status. The one place that counts gates. */
export function gateTally(
  record: Pick<RunRecord, 'gates' | 'scenario'>,
): Readonly<Record<Gate['status'] | 'all', number>> {
  const gates = applyingGates(record)
  const count = (status: Gate['status']) => gates.filter((gate) => gate.status === status).length
  return {
    all: gates.length,
    pass: count('pass'),
    warn: count('warn'),
    fail: count('fail'),
    'not-measured': count('not-measured'),
  }
}
