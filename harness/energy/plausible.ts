import type { GpuRow } from '../record/rows.ts'
import type { PowerField, Span } from './power-series.ts'

/** The power above which a sample is invalid, in W, by UUID. Samples of a card that is not in it are not checked. */
export type PowerCeilings = ReadonlyMap<string, number>

/**
 * The ceilings of a run's GPUs. Without a known ceiling only readings of 0 W and less are invalid. A record made before there
 * were ceilings has no such field: its samples are not checked.
 */
export const powerCeilings = (
  gpus: readonly { readonly uuid: string; readonly powerCeilingW?: number | null | undefined }[],
): PowerCeilings =>
  new Map(
    gpus.flatMap(({ uuid, powerCeilingW }) =>
      powerCeilingW === undefined ? [] : [[uuid, powerCeilingW ?? Number.POSITIVE_INFINITY] as const],
    ),
  )

/** Whether a reading is one that a card can have: above 0 W, because a card that answers draws power. */
const isPlausible = (powerW: number, ceilingW: number | undefined): boolean =>
  ceilingW === undefined || (powerW > 0 && powerW <= ceilingW)

/** The rows without the power readings that no card can have; everything else in them stays. */
export function plausibleRows(rows: readonly GpuRow[], ceilings: PowerCeilings): readonly GpuRow[] {
  if (ceilings.size === 0) return rows
  return rows.map((row) => {
    const ceilingW = ceilings.get(row.uuid)
    const keep = (powerW: number | null) => (powerW !== null && isPlausible(powerW, ceilingW) ? powerW : null)
    const [powerW, powerInstantW] = [keep(row.powerW), keep(row.powerInstantW)]
    return powerW === row.powerW && powerInstantW === row.powerInstantW ? row : { ...row, powerW, powerInstantW }
  })
}

/** Power readings of one GPU in a span that were dropped. */
export interface Implausible {
  readonly count: number
  /** The highest of them; 0 or less where the sensor reports no power. */
  readonly worstW: number
  /** Mean utilisation at those readings, in %; null where it is not reported. */
  readonly utilizationPct: number | null
}

/** The readings of a GPU in a span that no card can have; null where there are none. */
export function implausibleIn(
  rows: readonly GpuRow[],
  gpu: { readonly uuid: string; readonly field: PowerField; readonly ceilings: PowerCeilings },
  { startMs, endMs }: Span,
): Implausible | null {
  const ceilingW = gpu.ceilings.get(gpu.uuid)
  const dropped = rows.filter((row) => {
    const powerW = row[gpu.field]
    const isHere = row.uuid === gpu.uuid && row.timeMs >= startMs && row.timeMs <= endMs
    return isHere && powerW !== null && !isPlausible(powerW, ceilingW)
  })
  if (dropped.length === 0) return null
  return {
    count: dropped.length,
    worstW: Math.max(...dropped.map((row) => row[gpu.field] as number)),
    utilizationPct: mean(dropped.flatMap(({ utilizationGpuPct }) => utilizationGpuPct ?? [])),
  }
}

/** Text of such readings: "0 W at 97 % utilisation", "4294967.29 W, above 750 W". */
export function implausibleText({ worstW, utilizationPct }: Implausible, ceilingW: number | undefined): string {
  if (worstW > 0) return `${worstW} W, above ${ceilingW} W, the most that the card can draw`
  return utilizationPct === null ? `${worstW} W` : `${worstW} W at ${Math.round(utilizationPct)} % utilisation`
}

/** Mean of some numbers; null of none. */
export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
