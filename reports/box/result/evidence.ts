import { servingUuids } from '../../../harness/physics/serving-gpus.ts'
import type { PartKind } from '../../../harness/record/schema/box.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { isSideBySide } from '../../../harness/verdict/side-by-side.ts'

/**
 * What the other cards did during a run; one without that word, of an older version, was alone, and so was a card whose
 * neighbours were lost before they were loaded.
 */
export function partOf(run: RunRecord): PartKind {
  if (run.box === undefined) return servingUuids(run.gpus).length > 1 ? 'joined' : 'alone'
  return run.box.part === 'together' && !isSideBySide(run) ? 'alone' : run.box.part
}

/** The runs that one card served by itself. */
export const runsOfCard = (records: readonly RunRecord[], uuid: string): RunRecord[] =>
  records.filter(({ gpus }) => {
    const serving = servingUuids(gpus)
    return serving.length === 1 && serving[0] === uuid
  })

/** The runs that several cards served together, by their set of cards. */
export const joinedRuns = (records: readonly RunRecord[]): RunRecord[][] => [
  ...Map.groupBy(
    records.filter(({ gpus }) => servingUuids(gpus).length > 1),
    ({ gpus }) => servingUuids(gpus).toSorted().join(' '),
  ).values(),
]

/** A field of a card as nvidia-smi printed it, from the newest record that has it; null where none does. */
export function printedField(records: readonly RunRecord[], uuid: string, field: string): string | null {
  for (const { fingerprint } of records.toReversed()) {
    const found = fingerprint?.cards.find((card) => card['uuid'] === uuid)?.[field]
    if (found !== null && found !== undefined && found !== '') return found
  }
  return null
}
