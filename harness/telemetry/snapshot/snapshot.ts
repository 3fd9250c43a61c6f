import type { SmiExec } from '../smi/exec.ts'
import { rejectedField } from '../smi/fields.ts'
import { namelessCards } from '../smi/rows.ts'
import { isCardUuid, missingKindOf, parseSmiNumber, sickKinds } from '../smi/values.ts'

/**
 * Fields that are read once before and once after a run, besides the loop. Any of them may be absent on a driver; the throttle
 * counters came after 555, the newer ECC and infoROM fields with 590, `kmd_version` with 595.
 */
export const snapshotFields = [
  'index',
  'uuid',
  'name',
  'serial',
  'pci.bus_id',
  'pci.device_id',
  'vbios_version',
  'inforom.img',
  'inforom.checksum_validation',
  'driver_version',
  'kmd_version',
  'compute_cap',
  'pstate',
  'persistence_mode',
  'compute_mode',
  'mig.mode.current',
  'gpu_recovery_action',
  'power.draw',
  'power.draw.instant',
  'power.limit',
  'enforced.power.limit',
  'power.default_limit',
  'power.min_limit',
  'power.max_limit',
  'memory.total',
  'memory.reserved',
  'memory.used',
  'utilization.gpu',
  'clocks.sm',
  'clocks.mem',
  'clocks.max.sm',
  'clocks.max.mem',
  'clocks.applications.graphics',
  'clocks.default_applications.graphics',
  'temperature.gpu',
  'fan.speed',
  'clocks_event_reasons.active',
  'clocks_event_reasons_counters.sw_power_cap',
  'clocks_event_reasons_counters.sync_boost',
  'clocks_event_reasons_counters.sw_thermal_slowdown',
  'clocks_event_reasons_counters.hw_thermal_slowdown',
  'clocks_event_reasons_counters.hw_power_brake_slowdown',
  'pcie.link.gen.current',
  'pcie.link.gen.max',
  'pcie.link.gen.gpumax',
  'pcie.link.gen.hostmax',
  'pcie.link.width.current',
  'pcie.link.width.max',
  'ecc.mode.current',
  'ecc.mode.pending',
  'ecc.errors.corrected.volatile.total',
  'ecc.errors.uncorrected.volatile.total',
  'ecc.errors.corrected.aggregate.total',
  'ecc.errors.uncorrected.aggregate.total',
  'remapped_rows.correctable',
  'remapped_rows.uncorrectable',
  'remapped_rows.pending',
  'remapped_rows.failure',
  'retired_pages.pending',
] as const
export type SnapshotField = (typeof snapshotFields)[number]

/** One card at one moment: each field's text, null where it is not reported. */
export interface CardSnapshot {
  readonly uuid: string
  readonly values: Readonly<Record<SnapshotField, string | null>>
  /** Fields whose text means a faulty card, such as `[GPU requires reset]`. */
  readonly sick: readonly { readonly field: SnapshotField; readonly text: string }[]
}

export type SnapshotResult =
  | {
      readonly kind: 'ok'
      readonly cards: readonly CardSnapshot[]
      readonly missingFields: readonly SnapshotField[]
      /** Cards that print no UUID, and what nvidia-smi reported besides rows; empty when all is well. */
      readonly warnings: readonly string[]
    }
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * Reads every card once. `known` are the names of `--help-query-gpu`. A field that is refused although it is listed is
 * skipped and the rest queried again.
 */
export async function readSnapshot(exec: SmiExec, known: ReadonlySet<string>): Promise<SnapshotResult> {
  let fields: readonly SnapshotField[] = snapshotFields.filter((field) => known.has(field) || field === 'uuid')
  for (;;) {
    const result = await exec([`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'])
    if (result.kind === 'ok') {
      const cards = result.stdout.split(/\r?\n/).flatMap((line) => cardFrom(line, fields))
      const missingFields = snapshotFields.filter((field) => !fields.includes(field))
      const warnings = [
        ...namelessCards(result.stdout, fields),
        ...(result.warning === undefined ? [] : [result.warning]),
      ]
      if (cards.length > 0) return { kind: 'ok', cards, missingFields, warnings }
      return { kind: 'failed', reason: warnings[0] ?? 'nvidia-smi lists no card' }
    }
    const rejected = rejectedField(result.reason)
    const fewer = fields.filter((field) => field !== rejected)
    if (fewer.length === fields.length || rejected === 'uuid') return { kind: 'failed', reason: result.reason }
    fields = fewer
  }
}

/** A field of a snapshot as a number, null where it is not a number. */
export const numberIn = (card: CardSnapshot, field: SnapshotField): number | null =>
  parseSmiNumber(card.values[field] ?? undefined).value

function cardFrom(line: string, fields: readonly SnapshotField[]): CardSnapshot[] {
  const cells = line.split(',').map((cell) => cell.trim())
  const uuid = cells[fields.indexOf('uuid')]
  if (cells.length !== fields.length || uuid === undefined || !isCardUuid(uuid)) return []
  const values = Object.fromEntries(snapshotFields.map((field) => [field, null])) as Record<
    SnapshotField,
    string | null
  >
  const sick: { field: SnapshotField; text: string }[] = []
  fields.forEach((field, index) => {
    const text = cells[index] as string
    const kind = missingKindOf(text)
    if (kind !== null && sickKinds.has(kind)) sick.push({ field, text })
    // `None` is a missing value in other fields, and means a healthy card here
    values[field] = kind === null || (field === 'gpu_recovery_action' && text === 'None') ? text : null
  })
  return [{ uuid, values, sick }]
}
