import { type CardEntry, cardNumbers, cardNumbersOrNone } from '../../catalogue/own/card-entry.ts'
import { plainText } from '../../plain-text.ts'

/* Text of joulemark.yaml that a person completes. */

const described = { ...cardNumbers, ...cardNumbersOrNone }
type NumberField = keyof typeof described
const numberFields = Object.keys(described) as NumberField[]

/** Fields that follow from others, or that no computation reads: not asked for. */
const notAsked: ReadonlySet<NumberField> = new Set(['tensorCores', 'cudaCores', 'vramGb', 'cudaBytes', 'fp8PeakTflops'])

/** The values of a card that are unknown and that limits, predictions or costs are computed from. */
export const unknownFields = (entry: CardEntry): readonly string[] => [
  ...(['memoryType', 'architecture'] as const).filter((field) => entry[field] === undefined),
  ...numberFields.filter((field) => entry[field] === undefined && !notAsked.has(field)),
  ...(entry.pcie === undefined ? ['pcie'] : []),
]

/** A text as a YAML scalar: quoted as JSON, which is YAML. */
const quoted = (text: string): string => JSON.stringify(plainText(text))

/** The entry of a card under `cards:`, with what it reports, and what is unknown as comments to complete. */
export function cardBlock(entry: CardEntry): string {
  const known = numberFields.flatMap((field) => {
    const value = entry[field]
    // what was derived here is derived again when the file is read
    if (value == null || (value.kind === 'derived' && field !== 'memoryDataRateGbps')) return []
    return [`    ${field}: ${value.value}`]
  })
  const words = (['computeCapability', 'memoryType'] as const).flatMap((field) =>
    entry[field] === undefined || (field === 'memoryType' && isFamily(entry[field]))
      ? []
      : [`    ${field}: ${quoted(entry[field])}`],
  )
  const unknown = unknownFields(entry).map((field) => `    # ${field}: ${meaningOf(field)}`)
  const date = entry.smiMemoryMiB?.date ?? entry.tdpW?.date ?? new Date().toISOString().slice(0, 10)
  return `${[
    `  ${entry.key}:`,
    `    smiName: ${quoted(entry.smiName)}`,
    `    label: ${quoted(entry.label)}`,
    '    source: nvidia-smi and NVML',
    `    date: ${date}`,
    ...words,
    ...known,
    ...(entry.pcie === undefined
      ? []
      : [`    pcie: { gen: ${entry.pcie.value.gen}, lanes: ${entry.pcie.value.lanes} }`]),
    ...(unknown.length === 0 ? [] : ['    # unknown: complete what you know, with its source', ...unknown]),
  ].join('\n')}\n`
}

/** The kind of memory without its generation, which follows from the compute capability. */
const isFamily = (memoryType: string): boolean => memoryType === 'GDDR' || memoryType === 'HBM'

function meaningOf(field: string): string {
  if (field in described) return described[field as NumberField]
  if (field === 'memoryType') return 'GDDR6, GDDR6X, GDDR7, HBM2e, HBM3, HBM3e, LPDDR5X'
  if (field === 'pcie') return '{ gen: 4, lanes: 16 }'
  return 'such as Ada Lovelace'
}
