import { cardByKey } from '../../catalogue/cards.ts'
import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { completed } from '../../catalogue/own/complete.ts'
import { familyOf } from '../../catalogue/own/families.ts'
import { from } from '../../catalogue/sourced.ts'
import type { Gpu } from '../../record/schema/gpu.ts'
import type { BoxFingerprint } from '../../record/schema/telemetry.ts'
import type { CardAttributes } from '../nvml/attributes-library.ts'
import { parseSmiNumber } from '../smi/values.ts'

/** What a card reports of itself: its inventory, its row of the fingerprint, and NVML. */
export interface ReportedCard {
  readonly gpu: Gpu
  readonly fingerprint: BoxFingerprint | null
  /** Null where NVML could not be read. */
  readonly attributes: CardAttributes | null
  /** Date of the reading, such as 2026-11-26. */
  readonly date: string
}

/** The memory clock that the driver reports is half the data rate per pin, for GDDR and HBM alike. */
const RATE_PER_CLOCK = 2

/**
 * A card that the catalogue does not know, as it describes itself. A value that neither nvidia-smi nor NVML reports is absent,
 * and so is the data rate where the kind of memory does not follow from the compute capability.
 */
export function describeCard({ gpu, fingerprint, attributes, date }: ReportedCard): CardEntry {
  const smi = from('nvidia-smi', 'measured', date)
  const nvml = from('NVML', 'measured', date)
  const row = fingerprint?.cards.find((card) => card['uuid'] === gpu.uuid) ?? {}
  const printed = (field: string) => parseSmiNumber(row[field] ?? undefined).value
  const computeCapability = row['compute_cap'] ?? attributes?.computeCapability ?? undefined
  const clockMHz = gpu.maxMemClockMHz ?? attributes?.maxMemoryClockMHz ?? null
  const isDoubled = familyOf(computeCapability)?.memory != null
  const totalMiB = gpu.memoryTotalMiB
  const reservedMiB = gpu.memoryReservedMiB ?? printed('memory.reserved')
  const [minW, maxW] = [printed('power.min_limit'), gpu.powerMaxLimitW ?? printed('power.max_limit')]
  const { genMax, widthMax } = gpu.pcie
  const plain = gpu.name.replace(/ \(SIMULATED\)$/, '')
  return completed({
    key: keyFor(plain, totalMiB),
    label: plain.replace(/^NVIDIA /, ''),
    smiName: plain,
    ...(computeCapability === undefined ? {} : { computeCapability }),
    ...(totalMiB === null ? {} : { smiMemoryMiB: smi(totalMiB) }),
    ...(totalMiB === null || reservedMiB === null
      ? {}
      : {
          cudaBytes: from(
            'nvidia-smi: memory.total - memory.reserved',
            'derived',
            date,
          )((totalMiB - reservedMiB) * 2 ** 20),
        }),
    ...(attributes?.memoryBusBits == null ? {} : { memoryBusBits: nvml(attributes.memoryBusBits) }),
    ...(attributes?.cudaCores == null ? {} : { cudaCores: nvml(attributes.cudaCores) }),
    ...(clockMHz === null || !isDoubled
      ? {}
      : {
          memoryDataRateGbps: from(
            'twice the highest memory clock of nvidia-smi',
            'derived',
            date,
          )((clockMHz * RATE_PER_CLOCK) / 1000),
        }),
    ...(gpu.powerDefaultLimitW === null ? {} : { tdpW: smi(gpu.powerDefaultLimitW) }),
    ...(minW === null ? {} : { minPowerLimitW: smi(minW) }),
    ...(maxW === null ? {} : { maxPowerLimitW: smi(maxW) }),
    ...(genMax === null || widthMax === null ? {} : { pcie: smi({ gen: genMax, lanes: widthMax }) }),
  })
}

/**
 * A key made of a name: `rtx-4070-ti-super` of "NVIDIA GeForce RTX 4070 Ti SUPER". A board with other memory than the bundled
 * card of its name has the memory in its key.
 */
function keyFor(name: string, memoryMiB: number | null): string {
  const words = name.toLowerCase().replace(/\b(nvidia|geforce|tesla|quadro)\b/g, ' ')
  const key = words.replace(/[^a-z0-9.]+/g, '-').replace(/^[-.]+|[-.]+$/g, '')
  const short = key === '' ? 'my-card' : key.slice(0, 50)
  return cardByKey(short) === null
    ? short
    : `${short}-${memoryMiB === null ? 'other' : `${Math.round(memoryMiB / 1024)}gb`}`
}
