import { from, GATHERED } from '../sourced.ts'
import { type CardEntry, type CardNumber, type CardNumberOrNone, cardNumbers, cardNumbersOrNone } from './card-entry.ts'
import { familyOf } from './families.ts'

/** CUDA has this share of `memory.total` or more on every bundled card with memory of its own; most have 98 to 99 %. */
const CUDA_SHARE = 0.97

/**
 * An entry with what follows from its values, marked as derived: bandwidth from bus and data rate, SMs and cores from each
 * other, the usable memory from that of nvidia-smi, the FP8 peak from the INT8 rate, architecture and kind of memory from the
 * compute capability. A value that is given stays, and what does not follow stays unknown.
 */
export function completed(entry: CardEntry): CardEntry {
  const given = withoutAbsent(entry)
  const { fp8Tflops } = entry
  const known = (field: CardNumber | CardNumberOrNone): number | null => entry[field]?.value ?? null
  // as old as the values that it follows from
  const derived = (how: string) => from(how, 'derived', dateOf(entry))
  const family = familyOf(entry.computeCapability)
  const [bus, rate, memoryMiB] = [known('memoryBusBits'), known('memoryDataRateGbps'), known('smiMemoryMiB')]
  const [sms, cores, int8] = [known('smCount'), known('cudaCores'), known('int8Tops')]
  const follows = {
    ...(family === null ? {} : { architecture: family.architecture }),
    ...(family === null || family.memory === null ? {} : { memoryType: family.memory }),
    ...(bus === null || rate === null
      ? {}
      : { memoryBandwidthGBs: derived('bus width x data rate / 8')(Math.round((bus * rate * 10) / 8) / 10) }),
    ...(memoryMiB === null
      ? {}
      : {
          vramGb: derived('memory.total of nvidia-smi')(Math.round(memoryMiB / 1024)),
          cudaBytes: derived(`${CUDA_SHARE * 100} % of memory.total`)(Math.floor(memoryMiB * 2 ** 20 * CUDA_SHARE)),
        }),
    ...(family === null || sms === null ? {} : { cudaCores: derived('SMs x cores per SM')(sms * family.coresPerSm) }),
    ...(family === null || cores === null
      ? {}
      : { smCount: derived('CUDA cores / cores per SM')(Math.round(cores / family.coresPerSm)) }),
    ...(fp8Tflops === null ? { fp8PeakTflops: null } : {}),
    ...(fp8Tflops && int8 !== null ? { fp8PeakTflops: derived('as INT8')(Math.max(fp8Tflops.value, int8)) } : {}),
  }
  return { ...follows, ...given }
}

/** The date of the first value that has one. */
function dateOf(entry: CardEntry): string {
  const fields = Object.keys({ ...cardNumbers, ...cardNumbersOrNone }) as (CardNumber | CardNumberOrNone)[]
  return fields.map((field) => entry[field]?.date).find((date) => date !== undefined) ?? GATHERED
}

/** The first entry, with what only the second one knows. */
export const filled = (entry: CardEntry, reported: CardEntry): CardEntry =>
  completed({ ...reported, ...withoutAbsent(entry) })

const withoutAbsent = (entry: CardEntry): CardEntry =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as CardEntry
