import type { GpuRow } from '../record/rows.ts'
import type { Energy } from '../record/schema/energy.ts'
import { percentileSorted } from '../stats/percentiles.ts'
import { counted } from '../units.ts'
import { boardSensor, combineTerms, type ErrorTerms } from './error-bar.ts'
import { peakMemoryMiB } from './peak-memory.ts'
import { implausibleIn, implausibleText, type PowerCeilings, plausibleRows } from './plausible.ts'
import {
  inside,
  longestBridgeMs,
  type PowerField,
  type PowerPoint,
  powerSeries,
  type Span,
  staleSpans,
  summedSeries,
} from './power-series.ts'
import { SHIFT_MS } from './shift.ts'
import { spanEnergy } from './span-energy.ts'

export interface EnergyOptions {
  /** Requested sampling interval; the achieved one is used if longer. */
  readonly intervalMs?: number
  /** Shift of a reading to an earlier time: half its averaging window. 500 for `power.draw`, 50 for `power.draw.instant`. */
  readonly shiftMs?: number
  /** Use `power.draw.instant` although `power.draw` is available. */
  readonly useInstant?: boolean
  /** What the cards can draw: readings above are dropped and reported. */
  readonly ceilings?: PowerCeilings
}

export interface WindowEnergy {
  readonly energyJ: number | null
  /** Why `energyJ` is null; absent if it is not. */
  readonly reason?: string
  readonly energy: Energy
  readonly meanPowerW: number | null
  readonly p99PowerW: number | null
  readonly peakPowerW: number | null
  readonly peakMemoryMiB: number | null
}

export const COVERAGE_WARN = 0.99
export const COVERAGE_INVALID = 0.95

/**
 * Energy of the serving GPUs over a window (docs/metrics.md#energy): a trapezoid per GPU over readings moved back half
 * their averaging window, interpolated at both window edges, then summed. Gaps over 3 intervals and stretches of a stale sensor
 * are not covered; they are charged at the mean power of the rest. Readings that no card can have are dropped first. Below
 * 95 % coverage, or without samples of a serving GPU, the energy is null with its reason.
 */
export function energyOverWindow(
  read: readonly GpuRow[],
  servingUuids: readonly string[],
  span: Span,
  options: EnergyOptions = {},
): WindowEnergy {
  const ceilings: PowerCeilings = options.ceilings ?? new Map()
  const rows = plausibleRows(read, ceilings)
  const memory = peakMemoryMiB(rows, servingUuids, span)
  if (!(span.endMs > span.startMs)) return withoutEnergy('the window has no length', memory)
  if (servingUuids.length === 0) return withoutEnergy('no serving GPU is known', memory)
  const chosen = chooseField(rows, servingUuids, options.useInstant ?? false)
  if (typeof chosen !== 'string') {
    return withoutEnergy(droppedReason(read, { servingUuids, ceilings }, span) ?? chosen.reason, memory)
  }

  const shiftMs = options.shiftMs ?? SHIFT_MS[chosen]
  const gpus = servingUuids.map((uuid) =>
    gpuEnergy(rows, uuid, { field: chosen, shiftMs, span, intervalMs: options.intervalMs }),
  )
  const coverage = Math.min(...gpus.map((gpu) => gpu.coverage))
  const isValid = coverage >= COVERAGE_INVALID
  const energy: Energy = {
    source: chosen === 'powerW' ? 'smi-average-trapezoid' : 'smi-instant-trapezoid',
    coverage,
    perGpuJ: isValid ? Object.fromEntries(gpus.map((gpu) => [gpu.uuid, gpu.energyJ])) : {},
    samples: gpus.reduce((sum, gpu) => sum + gpu.samples, 0),
    intervalMs: gpus[0]?.intervalMs ?? null,
    shiftMs,
    errorTermsJ: isValid ? { ...combineTerms(gpus.map((gpu) => gpu.terms)) } : {},
    findings: [
      ...gpus.flatMap((gpu) => gpu.findings),
      ...droppedFindings(read, chosen, { servingUuids, ceilings }, span),
    ],
  }
  if (!isValid) {
    const lowest = gpus.reduce((min, gpu) => (gpu.coverage < min.coverage ? gpu : min))
    const short = `power samples of ${lowest.uuid} cover ${percent(coverage)} of the window; 95 % is required`
    const dropped = droppedReason(read, { servingUuids: [lowest.uuid], ceilings }, span)
    const reason = dropped === null ? short : `${dropped}; ${short}`
    return { ...withoutEnergy(reason, memory), energy }
  }
  const energyJ = gpus.reduce((sum, gpu) => sum + gpu.energyJ, 0)
  return {
    energyJ,
    energy,
    meanPowerW: energyJ / ((span.endMs - span.startMs) / 1000),
    ...powerExtremes(
      gpus.map((gpu) => gpu.points),
      span,
    ),
    peakMemoryMiB: memory,
  }
}

/** The power field that every serving GPU reports in these rows, or why there is none. */
function chooseField(
  rows: readonly GpuRow[],
  uuids: readonly string[],
  useInstant: boolean,
): PowerField | { reason: string } {
  const has = (uuid: string, field: PowerField) => rows.some((row) => row.uuid === uuid && row[field] !== null)
  const absent = uuids.find((uuid) => !rows.some((row) => row.uuid === uuid))
  if (absent !== undefined) return { reason: `no samples of the serving GPU ${absent}` }
  const order: readonly PowerField[] = useInstant ? ['powerInstantW', 'powerW'] : ['powerW', 'powerInstantW']
  const field = order.find((candidate) => uuids.every((uuid) => has(uuid, candidate)))
  return (
    field ?? { reason: `the driver reports no power for ${uuids.find((uuid) => !has(uuid, order[0] as PowerField))}` }
  )
}

interface Judged {
  readonly servingUuids: readonly string[]
  readonly ceilings: PowerCeilings
}

/** One line for each GPU of which readings were dropped. */
function droppedFindings(
  read: readonly GpuRow[],
  field: PowerField,
  { servingUuids, ceilings }: Judged,
  span: Span,
): string[] {
  return servingUuids.flatMap((uuid) => {
    const dropped = implausibleIn(read, { uuid, field, ceilings }, span)
    if (dropped === null) return []
    const samples = counted(dropped.count, 'sample was', 'samples were')
    return [`${uuid}: ${samples} dropped: ${implausibleText(dropped, ceilings.get(uuid))}`]
  })
}

/** Why no reading of a GPU is left, where all of them were dropped; null where the driver reported none. */
function droppedReason(read: readonly GpuRow[], { servingUuids, ceilings }: Judged, span: Span): string | null {
  for (const uuid of servingUuids) {
    for (const field of ['powerW', 'powerInstantW'] as const) {
      const dropped = implausibleIn(read, { uuid, field, ceilings }, span)
      if (dropped !== null) return `the sensor of ${uuid} reports ${implausibleText(dropped, ceilings.get(uuid))}`
    }
  }
  return null
}

interface GpuEnergy {
  readonly uuid: string
  readonly points: readonly PowerPoint[]
  readonly energyJ: number
  readonly coverage: number
  readonly samples: number
  readonly intervalMs: number | null
  readonly terms: ErrorTerms
  readonly findings: readonly string[]
}

function gpuEnergy(
  rows: readonly GpuRow[],
  uuid: string,
  over: {
    readonly field: PowerField
    readonly shiftMs: number
    readonly span: Span
    readonly intervalMs: number | undefined
  },
): GpuEnergy {
  const { field, shiftMs, span, intervalMs: askedIntervalMs } = over
  const points = powerSeries(rows, uuid, field, shiftMs)
  const bridgeMs = longestBridgeMs(inside(points, span), askedIntervalMs)
  const stale = staleSpans(rows, uuid, field)
    .map(({ startMs, endMs }) => ({
      startMs: Math.max(startMs - shiftMs, span.startMs),
      endMs: Math.min(endMs - shiftMs, span.endMs),
    }))
    .filter(({ startMs, endMs }) => endMs > startMs)
  const found = spanEnergy(points, span, { bridgeMs, without: stale, sensor: boardSensor(2 * shiftMs) })
  const { coverage } = found
  const lengthMs = span.endMs - span.startMs
  const findings = stale.map(
    ({ startMs, endMs }) =>
      `${uuid}: power did not change for ${((endMs - startMs) / 1000).toFixed(1)} s while utilisation changed (stale sensor)`,
  )
  if (coverage < COVERAGE_WARN) {
    const missingS = (lengthMs * (1 - coverage)) / 1000
    findings.push(
      `${uuid}: ${missingS.toFixed(1)} s of the window without power samples, charged at the mean power of the rest`,
    )
  }
  return { uuid, points, ...found, findings }
}

/** p99 and maximum of the summed power, at the sample times of the first GPU (numpy's linear percentile). */
function powerExtremes(
  series: readonly (readonly PowerPoint[])[],
  span: Span,
): { p99PowerW: number | null; peakPowerW: number | null } {
  const [first = [], ...others] = series
  const sums = summedSeries([inside(first, span), ...others])
    .map(({ powerW }) => powerW)
    .toSorted((a, b) => a - b)
  return { p99PowerW: percentileSorted(sums, 0.99), peakPowerW: sums.at(-1) ?? null }
}

/** The energy of a window in which none could be measured. */
export const noEnergy: Energy = {
  source: 'unavailable',
  coverage: null,
  perGpuJ: {},
  samples: 0,
  intervalMs: null,
  shiftMs: 0,
  errorTermsJ: {},
  findings: [],
}

function withoutEnergy(reason: string, peakMemoryMiB: number | null): WindowEnergy {
  const none = { energyJ: null, meanPowerW: null, p99PowerW: null, peakPowerW: null }
  return { ...none, reason, energy: noEnergy, peakMemoryMiB }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
