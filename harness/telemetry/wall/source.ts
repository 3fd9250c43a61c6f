import type { WallDomain, WallScope } from '../../record/schema/wall.ts'
import type { WallSourceName } from '../../record/schema/wall-sources.ts'

/** One value of one sensor: power in W, or an energy counter in µJ. */
export interface WallValue {
  readonly domain: string
  readonly powerW: number | null
  readonly energyUj: number | null
}

/** The values of one reading, or why there is none. The reason has no name, address or secret in it. */
export type WallReading = { readonly values: readonly WallValue[] } | { readonly reason: string }

/** What is known of a source whether it can be read or not. */
export interface SourceFacts {
  readonly source: WallSourceName
  readonly covers: WallScope
  /** What is read, without names of hosts. */
  readonly by: string
  readonly intervalMs: number
  /** Assumed error of the sensor, as a share of its value. */
  readonly gainShare: number
}

/** A source that answered. */
export interface OpenSource extends SourceFacts {
  readonly state: 'ok'
  readonly domains: readonly WallDomain[]
  /** Averaging window that the source states; null where it states none. */
  readonly statedAveragingMs: number | null
  /** Whether its output carries the stamp of the simulator. */
  readonly simulated: boolean
  /** One reading. Never rejects; ends soon after `signal` aborts. */
  read(signal: AbortSignal): Promise<WallReading>
  close?(): void
}

/** A source that cannot be read. */
export interface ClosedSource extends SourceFacts {
  readonly state: 'absent' | 'refused' | 'failed'
  readonly reason: string
  /** What to do about it, as commands where there are any; empty where nothing helps. */
  readonly fix: string
}

export type OpenedSource = OpenSource | ClosedSource

/** Error of a sensor that states none: what manufacturers of power supplies, controllers and processors promise. */
export const ASSUMED_GAIN_SHARE = 0.05
/** Default time between two readings. A controller updates its value about once a second. */
export const WALL_INTERVAL_MS = 1000

export const closed = (facts: SourceFacts, state: ClosedSource['state'], reason: string, fix = ''): ClosedSource => ({
  ...facts,
  state,
  reason,
  fix,
})

export const power = (domain: string, powerW: number): WallValue => ({ domain, powerW, energyUj: null })
