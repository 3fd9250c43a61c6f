import { defineGate, everyKind, type GateResult, gateResult, notMeasured } from '../gate.ts'
import { failsAbove, isBeyond } from '../threshold.ts'
import { notWatched, servingHealth } from './watched.ts'

const corrected = failsAbove({ what: 'corrected memory errors during the run', value: 0, unit: 'errors' })
const uncorrected = failsAbove({
  what: 'uncorrected memory errors since the driver was loaded',
  value: 0,
  unit: 'errors',
})

/** A card with memory errors may be slow, and may fail soon. */
export const ecc = defineGate({
  question: 'Was the memory of the GPU free of errors?',
  kinds: everyKind,
  required: false,
  thresholds: { corrected, uncorrected },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'The error counters of the driver are read before and after the run. A memory row that is pending replacement, or could not be replaced, also fails.',
  evidence: 'Each error with its GPU; else the corrected errors since the driver was loaded.',
  usualCauses:
    'A memory cell that fails: single corrected errors happen, repeated ones on one card do not; overheated memory.',
  whatToDo: 'Reboot, so that pending rows are replaced. If errors return, have the card replaced.',
  evaluate(record) {
    if (!record.telemetry) return notWatched(record)
    const { before, after } = record.telemetry
    if (after.healthReason !== undefined) return notMeasured(after.healthReason)
    return checkMemoryErrors(servingHealth(record, before), servingHealth(record, after))
  },
})

/** The part of a card's health that this gate compares; telemetry reads it before and after a run. */
export interface MemoryHealth {
  readonly uuid: string
  readonly eccCorrected: number | null
  readonly eccUncorrected: number | null
  readonly remapPending: boolean | null
  readonly remapFailure: boolean | null
  readonly retirementPending: boolean | null
}

/** Fails on an uncorrected error, a pending or failed remap, or a corrected error during the run. */
export function checkMemoryErrors(
  before: readonly MemoryHealth[],
  after: readonly MemoryHealth[],
): GateResult<'pass' | 'fail' | 'not-measured'> {
  const reported = after.filter((card) =>
    [card.eccCorrected, card.eccUncorrected, card.remapPending, card.remapFailure, card.retirementPending].some(
      (value) => value !== null,
    ),
  )
  if (reported.length === 0) return notMeasured('ECC is off or not supported: memory errors are not counted')
  const faults = reported.flatMap((card) => {
    const start = before.find(({ uuid }) => uuid === card.uuid)
    const added = start ? (card.eccCorrected ?? 0) - (start.eccCorrected ?? 0) : 0
    return [
      ...(isBeyond(uncorrected, card.eccUncorrected ?? 0)
        ? [`${card.uuid}: ${card.eccUncorrected} uncorrected errors`]
        : []),
      ...(card.remapPending || card.retirementPending
        ? [`${card.uuid}: memory rows are pending replacement (reboot)`]
        : []),
      ...(card.remapFailure ? [`${card.uuid}: memory rows could not be replaced`] : []),
      ...(isBeyond(corrected, added) ? [`${card.uuid}: ${added} corrected errors during the run`] : []),
    ]
  })
  if (faults.length > 0) return gateResult('fail', faults.join('; '))
  const counts = reported.map((card) => card.eccCorrected ?? 'not counted').join(' and ')
  return gateResult('pass', `no uncorrected error, no pending remap; corrected since the driver was loaded: ${counts}`)
}
