import { cards } from '../cards.ts'
import type { Card } from '../types.ts'
import type { CardEntry } from './card-entry.ts'

/** The fields that the maximum rate of a run is computed from. */
const limitFields = [
  'memoryType',
  'memoryDataRateGbps',
  'memoryBandwidthGBs',
  'l2Mb',
  'boostGhz',
  'computeCapability',
  'fp16Tflops',
  'int8Tops',
  'fp8Tflops',
  'fp8PeakTflops',
  'fp4Tflops',
] as const satisfies readonly (keyof Card)[]

/** The fields that decide whether a model fits. */
const fitFields = ['vramGb', 'cudaBytes'] as const satisfies readonly (keyof Card)[]

/** The fields that an expectation is computed from, besides those above. */
const engineFields = [
  'architecture',
  'smCount',
  'tdpW',
  'idleW',
  'nvlinkGBs',
  'pcie',
] as const satisfies readonly (keyof Card)[]

type Named = Pick<Card, 'key' | 'label'>
/** A card whose maximum rates are known. */
export type LimitCard = Named & Pick<Card, (typeof limitFields)[number]>
/** A card whose memory is known. */
export type FitCard = Named & Pick<Card, (typeof fitFields)[number]>
/** A card of which enough is known to expect how fast a server is. */
export type EngineCard = LimitCard & FitCard & Pick<Card, (typeof engineFields)[number]>

export interface Unknown {
  /** One line: what is missing, by its names, and where to give it. */
  readonly reason: string
}

/** An entry as a card whose memory is known, or what is missing. */
export const fitCard = (entry: CardEntry): FitCard | Unknown => withAll<FitCard>(entry, fitFields)

/** An entry as a card for an expectation on this number of GPUs; one GPU has no link to another. */
export function engineCard(entry: CardEntry, gpus = 1): EngineCard | Unknown {
  const alone = gpus === 1 ? { nvlinkGBs: null, pcie: entry.pcie ?? NO_LINK } : {}
  return withAll<EngineCard>({ ...entry, ...alone }, [...limitFields, ...fitFields, ...engineFields])
}

/** An entry as a card of which everything is known; null for any other. */
export function fullCard(entry: CardEntry): Card | null {
  const [example] = cards
  const fields = Object.keys(example ?? {}) as (keyof Card)[]
  return fields.every((field) => entry[field] !== undefined) ? (entry as Card) : null
}

const NO_LINK = { value: { gen: 1, lanes: 1 }, source: 'not used', date: '', kind: 'assumed' } as const

function withAll<Known>(entry: CardEntry, fields: readonly (keyof CardEntry)[]): Known | Unknown {
  const missing = fields.filter((field) => entry[field] === undefined)
  if (missing.length === 0) return entry as Known
  const asked = missing.map((field) => {
    const from = followsFrom[field]
    return from !== undefined && entry[from] === undefined ? from : field
  })
  return { reason: missingText(entry, [...new Set(asked)]) }
}

/** Values that follow from another one, which is asked for in their place (complete.ts). */
const followsFrom: Partial<Record<keyof CardEntry, keyof CardEntry>> = {
  vramGb: 'smiMemoryMiB',
  cudaBytes: 'smiMemoryMiB',
  architecture: 'computeCapability',
  memoryType: 'computeCapability',
  fp8PeakTflops: 'fp8Tflops',
}

/** What is missing of a card, and where to give it. */
export const missingText = ({ key, label }: Pick<CardEntry, 'key' | 'label'>, missing: readonly string[]): string =>
  `${missing.join(', ')} of ${label} ${missing.length === 1 ? 'is' : 'are'} unknown: give ${missing.length === 1 ? 'it' : 'them'} under cards.${key} in joulemark.yaml`
