import type { CardTable } from '../claims.ts'
import {
  arithmeticRate,
  bandwidth,
  busWidth,
  cacheSize,
  clockRate,
  coreCount,
  type Dimension,
  memorySize,
  money,
  power,
  rateDimensions,
  slotCount,
  smCount,
} from './units.ts'

/**
 * The rows that are judged by their id, with what they measure; null for text, or yes and no. The id of any other row of
 * these tables begins with `other_`: so a mistyped id is an error, and never a row that no check looks at.
 */
export const specRows = {
  process: null,
  sm_count: smCount,
  cuda_cores: coreCount,
  tensor_cores: coreCount,
  boost_clock: clockRate,
  vram: memorySize,
  memory_bandwidth: bandwidth,
  memory_bus: busWidth,
  l2_cache: cacheSize,
  fp16_dense: arithmeticRate,
  fp16_sparse: arithmeticRate,
  fp8_dense: arithmeticRate,
  fp8_sparse: arithmeticRate,
  fp4_dense: arithmeticRate,
  fp4_sparse: arithmeticRate,
  int8_dense: arithmeticRate,
  int8_sparse: arithmeticRate,
  ecc: null,
  nvlink: null,
  tdp: power,
  form_factor: slotCount,
} as const satisfies Readonly<Record<string, Dimension | null>>

export type SpecRowId = keyof typeof specRows
const isSpecRow = (id: string): id is SpecRowId => Object.hasOwn(specRows, id)

/** Of the table of economics; a row with a formula (`derived`) may have any id. */
export const economicsRows = { tdp: power, sustained_power_b32: power, price: money } as const satisfies Readonly<
  Record<string, Dimension>
>

/** The beginning of an id that no check reads. */
export const OTHER = 'other_'

/** The dimensions that the cells of a row may have; null where a unit is a label and nothing is converted. */
export function dimensionsOf(table: CardTable, id: string): readonly Dimension[] | null {
  if (table === 'throughput') return rateDimensions
  if (table === 'spec') {
    const dimension = isSpecRow(id) ? specRows[id] : null
    return dimension === null ? null : [dimension]
  }
  if (table === 'economics' && Object.hasOwn(economicsRows, id)) {
    return [economicsRows[id as keyof typeof economicsRows]]
  }
  return null
}

/** The ids of a table; null where every id will do. */
export function knownIds(table: CardTable): readonly string[] | null {
  if (table === 'spec') return Object.keys(specRows)
  return table === 'economics' ? Object.keys(economicsRows) : null
}
