import { isKnown, type Measured, missing, reasonOf } from '../../record/measured.ts'
import type { GpuRow, WallRow } from '../../record/rows.ts'
import type { GpuTelemetry } from '../../record/schema/telemetry.ts'
import type { Trial } from '../../record/schema/trial.ts'
import type { Wall, WallDelay, WallScope, WallSource } from '../../record/schema/wall.ts'
import { wallSources } from '../../record/schema/wall-sources.ts'
import { type PowerCeilings, plausibleRows } from '../plausible.ts'
import { type PowerField, type PowerPoint, powerSeries, type Span, summedSeries } from '../power-series.ts'
import { SHIFT_MS } from '../shift.ts'
import { estimateDelay } from './delay.ts'
import { idleSpans } from './idle-spans.ts'
import { meanOver, type SourceSeries, sourceSeries, sourceTrial } from './source-energy.ts'

/** The parts of a record that the power of its server is computed from. */
export interface WallInputs {
  readonly wall: Wall
  readonly trials: readonly Trial[]
  readonly idle: GpuTelemetry['idle'] | null
}

export interface WallRows {
  readonly wallRows: readonly WallRow[]
  readonly gpuRows: readonly GpuRow[]
  readonly servingUuids: readonly string[]
  readonly ceilings: PowerCeilings
}

/**
 * The energy of CPUs and server in each trial, computed from the rows of a run: the delay of each source, its energy over the steady
 * windows with an error bar of its own, its power without load, and the values of the trials by the preferred source. A pure function of
 * the rows.
 */
export function withWallValues<Kept extends Trial>(
  { wall, trials, idle }: Omit<WallInputs, 'trials'> & { readonly trials: readonly Kept[] },
  rows: WallRows,
): { wall: Wall; trials: Kept[] } {
  const card = cardPower(rows)
  const sources = wall.sources.map((source) => withValues(source, { wall, trials, idle }, { ...rows, card }))
  const cpu = preferred(sources, 'cpu')
  const server = preferred(sources, 'server')
  const whole: Wall = { ...wall, sources, cpu: cpu?.source ?? null, server: server?.source ?? null }
  const ofSource = (
    source: WallSource | null,
    scope: WallScope,
    trial: Trial,
    key: 'energyJ' | 'meanPowerW',
  ): Measured => {
    if (source === null) return missing(whyNone(whole, scope))
    const value = source.trials.find((each) => each.trial === trial.index)?.[key] ?? missing('the trial was not read')
    if (!isKnown(value)) return missing(`${source.source}: ${reasonOf(value)}`)
    return wall.shared === undefined ? value : missing(wall.shared)
  }
  return {
    wall: whole,
    trials: trials.map((trial) => ({
      ...trial,
      wall: {
        cpuEnergyJ: ofSource(cpu, 'cpu', trial, 'energyJ'),
        serverEnergyJ: ofSource(server, 'server', trial, 'energyJ'),
        serverPowerW: ofSource(server, 'server', trial, 'meanPowerW'),
      },
    })),
  }
}

function withValues(
  source: WallSource,
  { trials, idle }: WallInputs,
  rows: WallRows & { readonly card: readonly PowerPoint[] },
): WallSource {
  if (source.rows === 0) return { ...source, trials: [] }
  const delay = delayOf(source, trials, rows)
  const series = sourceSeries(source, rows.wallRows, 'reason' in delay ? null : delay)
  return {
    ...source,
    delay,
    idlePowerW: idleOf(series, trials, idle),
    trials: trials.map((trial) => sourceTrial(series, trial.index, windowOf(trial))),
  }
}

const windowOf = ({ windowStartMs, windowEndMs }: Trial): Span | null =>
  isKnown(windowStartMs) && isKnown(windowEndMs) && windowEndMs > windowStartMs
    ? { startMs: windowStartMs, endMs: windowEndMs }
    : null

/** The delay of a source: none for a counter, that of its stated average for a CPU, estimated for a server. */
function delayOf(
  source: WallSource,
  trials: readonly Trial[],
  { wallRows, card }: { readonly wallRows: readonly WallRow[]; readonly card: readonly PowerPoint[] },
): NonNullable<WallSource['delay']> {
  const own = wallRows.filter((row) => row.source === source.source)
  if (own.every(({ energyUj }) => energyUj !== null)) {
    return { delayMs: 0, halfWidthMs: 0, averagingMs: 0, basis: 'an energy counter is read at a moment' }
  }
  if (source.covers === 'cpu') {
    const averagingMs = source.statedAveragingMs
    if (averagingMs === null)
      return missing('the source states no averaging window, and a CPU does not step with the cards')
    return {
      delayMs: averagingMs / 2,
      halfWidthMs: averagingMs / 2,
      averagingMs,
      basis: 'half of the stated averaging window',
    }
  }
  const series = source.domains
    .filter(({ counted }) => counted)
    .map(({ domain }) =>
      own.flatMap(({ timeMs, powerW, domain: of }) => (of === domain && powerW !== null ? [{ timeMs, powerW }] : [])),
    )
  const edgesMs = trials.flatMap(({ startMs, endMs }) => [startMs, endMs])
  const found = estimateDelay({ readings: summedSeries(series), card, edgesMs, intervalMs: source.intervalMs })
  return 'reason' in found
    ? missing(found.reason)
    : ({ ...found, basis: 'steps of the cards between load and idle' } satisfies WallDelay)
}

/** Power of a source without load: of the idle period, or of the padding of trials. */
function idleOf(series: SourceSeries, trials: readonly Trial[], idle: WallInputs['idle']): Measured {
  const { averagingMs, ageMs } = series.sensor
  const { period, padding } = idleSpans(trials, idle, (averagingMs + ageMs) / 2)
  const inPeriod = meanOver(series, period)
  return isKnown(inPeriod) ? inPeriod : meanOver(series, padding)
}

/** Power of the serving cards together at the times which it stands for. */
function cardPower({ gpuRows, servingUuids, ceilings }: WallRows): PowerPoint[] {
  const rows = plausibleRows(gpuRows, ceilings)
  const has = (field: PowerField) =>
    servingUuids.every((uuid) => rows.some((row) => row.uuid === uuid && row[field] !== null))
  const field: PowerField = has('powerW') ? 'powerW' : 'powerInstantW'
  return summedSeries(servingUuids.map((uuid) => powerSeries(rows, uuid, field, SHIFT_MS[field])))
}

/** The preferred source of a scope among those that were read. */
function preferred(sources: readonly WallSource[], scope: WallScope): WallSource | null {
  const read = sources.filter(({ covers, rows }) => covers === scope && rows > 0)
  return read.toSorted((a, b) => wallSources.indexOf(a.source) - wallSources.indexOf(b.source))[0] ?? null
}

const scopeWords: Readonly<Record<WallScope, string>> = { cpu: 'the CPUs', server: 'the server' }

/** Why a scope has no source. */
function whyNone({ sources, asked, shared }: Wall, scope: WallScope): string {
  const reasons = sources
    .filter(({ covers }) => covers === scope)
    .map(({ source, reason, failure }) => `${source}: ${reason ?? failure ?? 'no reading'}`)
  const why = reasons.length > 0 ? reasons.join('; ') : (shared ?? `--wall ${asked} has no source of it`)
  return `no power of ${scopeWords[scope]} was read: ${why}`
}
