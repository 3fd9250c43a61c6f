import { applyingGates } from '../../harness/gates/evaluate.ts'
import type { GateId } from '../../harness/gates/table.ts'
import type { Gate, RunRecord } from '../../harness/record/schema/run.ts'

type Shown = Pick<Gate, 'id' | 'status' | 'required' | 'evidence'>

/** Gates with one status for one cause. */
export interface GateGroup {
  readonly status: Gate['status']
  readonly gates: readonly Shown[]
  readonly cause: string
}

/** A gate by its name, with the mark of those that a quote requires. */
export const gateName = ({ id, required }: Pick<Gate, 'id' | 'required'>): string => `${id}${required ? ' *' : ''}`

/** The colour of a status. */
export const statusStyles = { fail: 'red', warn: 'yellow', 'not-measured': 'yellow', pass: 'green' } as const

const severity: readonly Gate['status'][] = ['fail', 'not-measured', 'warn', 'pass']

/** Gates whose failure is a fault of the card or its power and cooling: on a new server that is the finding, whatever else failed. */
const cardFaults: ReadonlySet<string> = new Set<GateId>([
  'card-health',
  'throttle',
  'ecc',
  'power-limit',
  'thermal-soak',
])

/** Whether a gate found a fault of the card. */
export const isCardFault = ({ id, status }: Pick<Gate, 'id' | 'status'>): boolean =>
  status === 'fail' && cardFaults.has(id)

/** Where a group stands: failures first, and of these the faults of the card. */
const rankOf = ({ status, gates }: GateGroup): number =>
  severity.indexOf(status) * 2 + (gates.some(isCardFault) ? 0 : 1)

/**
 * The gates that did not pass, those with one cause together: a machine without nvidia-smi is one line, though ten gates need
 * it. `whyNoCard` is why no card was read; evidence that repeats it has that cause. Failures come first, faults of the card before the others.
 */
function gateGroups(gates: readonly Shown[], whyNoCard?: string): GateGroup[] {
  const causeOf = ({ evidence }: Shown): string =>
    whyNoCard !== undefined && evidence.includes(whyNoCard) ? whyNoCard : evidence
  const open = gates.filter(({ status }) => status !== 'pass')
  const groups = Map.groupBy(open, (gate) => JSON.stringify([gate.status, causeOf(gate)]))
  return [...groups.values()]
    .map((group) => ({ status: group[0]!.status, gates: group, cause: causeOf(group[0]!) }))
    .toSorted((a, b) => rankOf(a) - rankOf(b))
}

/** The groups of a run. */
export const gateGroupsOf = (record: Pick<RunRecord, 'gates' | 'scenario' | 'gpusReason'>): GateGroup[] =>
  gateGroups(applyingGates(record), record.gpusReason)
