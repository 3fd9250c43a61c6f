import { cardOfRun } from '../catalogue/own/own-cards.ts'
import { servingGpus } from '../physics/serving-gpus.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { meantLimitW } from '../record/setting/operating-point.ts'
import type { Check } from '../telemetry/doctor/check.ts'
import { cardChecks } from '../telemetry/doctor/checks-card.ts'
import { eccChecks } from '../telemetry/doctor/checks-ecc.ts'
import { linkChecks } from '../telemetry/doctor/checks-links.ts'
import { settingsChecks } from '../telemetry/doctor/checks-settings.ts'
import { type CardSnapshot, type SnapshotField, snapshotFields } from '../telemetry/snapshot/snapshot.ts'

/** A doctor check that warns or fails. */
export type BoxFinding = Pick<Check, 'id' | 'read' | 'why' | 'fix'> & { readonly status: 'warn' | 'fail' }

/**
 * The findings of the doctor's checks on the cards of a record. What a record does not hold (fans, temperatures,
 * processes, links between cards) is not measured and gives no finding.
 */
export function boxFindings(run: RunRecord): BoxFinding[] {
  const cards = servingGpus(run.gpus).map((gpu) => snapshotOf(gpu, run))
  if (cards.length === 0) return []
  const card = cardOfRun(run.card)
  const expected = card === null ? [] : [card]
  const checks = [
    ...cardChecks(cards, expected, null),
    ...settingsChecks(cards, expected),
    ...eccChecks(cards, null),
    ...linkChecks(cards, null, null),
  ]
  // a limit that was set for the run is held by its gate, and is no finding
  const isMeant = (id: string) => id === 'power-limit' && meantLimitW(run) !== null
  return checks.flatMap(({ id, status, read, why, fix }) =>
    (status === 'warn' || status === 'fail') && !isMeant(id) ? [{ id, status, read, why, fix }] : [],
  )
}

/** A recorded card in the doctor's form: the fingerprint and the last health reading, else the inventory. */
function snapshotOf(gpu: RunRecord['gpus'][number], run: RunRecord): CardSnapshot {
  const printed = run.fingerprint?.cards.find((card) => card['uuid'] === gpu.uuid) ?? {}
  const readings = [run.telemetry?.after, run.telemetry?.before].flatMap((moment) => moment?.health ?? [])
  const health = readings.find(({ uuid }) => uuid === gpu.uuid)
  const recorded: Partial<Record<SnapshotField, string | null>> = {
    index: wordOf(gpu.index),
    name: gpu.name,
    'memory.total': wordOf(gpu.memoryTotalMiB),
    'enforced.power.limit': wordOf(gpu.powerLimitW),
    'power.default_limit': wordOf(gpu.powerDefaultLimitW),
    persistence_mode: gpu.persistenceMode,
    'ecc.mode.current': gpu.eccMode,
    'pcie.link.width.current': wordOf(gpu.pcie.widthCurrent),
    'pcie.link.width.max': wordOf(gpu.pcie.widthMax),
    'ecc.errors.corrected.volatile.total': wordOf(health?.eccCorrected),
    'ecc.errors.uncorrected.volatile.total': wordOf(health?.eccUncorrected),
    'remapped_rows.pending': yesNo(health?.remapPending),
    'remapped_rows.failure': yesNo(health?.remapFailure),
    'retired_pages.pending': yesNo(health?.retirementPending),
    gpu_recovery_action: health?.recoveryAction ?? null,
  }
  const values = Object.fromEntries(
    snapshotFields.map((field) => [field, printed[field] ?? recorded[field] ?? null]),
  ) as Record<SnapshotField, string | null>
  return { uuid: gpu.uuid, values, sick: [] }
}

const wordOf = (value: number | null | undefined): string | null =>
  value === null || value === undefined ? null : String(value)
const yesNo = (flag: boolean | null | undefined): string | null =>
  flag === null || flag === undefined ? null : flag ? 'Yes' : 'No'
