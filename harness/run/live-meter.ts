import type { GpuRow, ServerRow } from '../record/rows.ts'
import type { Tick } from './progress.ts'

/** What the load and the server report between two ticks of the live display. */
export class LiveMeter {
  #inFlight = 0
  #events = 0
  #kvUsageShare: number | null = null

  /** What the workers reported: requests in flight now, content events since the last report. */
  add(inFlight: number, events: number): void {
    this.#inFlight = inFlight
    this.#events += events
  }

  /** What the server said of itself. */
  addServerRows(rows: readonly ServerRow[]): void {
    const share = rows.findLast(({ metric }) => metric === 'kvUsageShare')?.value
    if (share !== undefined) this.#kvUsageShare = Number.isFinite(share) ? share : null
  }

  /** In flight now, events since the last call, and the share of the KV cache at the last reading. */
  read(): Pick<Tick, 'inFlight' | 'events' | 'kvUsageShare'> {
    const events = this.#events
    this.#events = 0
    return { inFlight: this.#inFlight, events, kvUsageShare: this.#kvUsageShare }
  }
}

/** An older sample says nothing of a card now: its sampler has stopped. */
const STALE_MS = 10_000

/**
 * The serving cards by their newest samples at a time of the run's clock: W and MiB together, °C of the warmest. Null where
 * one of them has no such value, or no sample of the last ten seconds.
 */
export function cardsNow(
  newest: ReadonlyMap<string, GpuRow>,
  servingUuids: readonly string[],
  nowMs: number,
): Pick<Tick, 'powerW' | 'memoryMiB' | 'temperatureC'> {
  const rows = servingUuids.map((uuid) => newest.get(uuid))
  const all = (key: 'powerW' | 'memoryUsedMiB' | 'temperatureC'): number[] | null => {
    const values = rows.map((row) => (row === undefined || nowMs - row.arrivalMs > STALE_MS ? null : row[key]))
    return values.length === 0 || values.includes(null) ? null : (values as number[])
  }
  const sum = (values: number[] | null) => values?.reduce((total, value) => total + value, 0) ?? null
  const temperatures = all('temperatureC')
  return {
    powerW: sum(all('powerW')),
    memoryMiB: sum(all('memoryUsedMiB')),
    temperatureC: temperatures && Math.max(...temperatures),
  }
}
