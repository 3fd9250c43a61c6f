import { type Clock, sleepUnlessAborted } from '../../clock.ts'
import { type CounterRow, roundMs } from '../../record/rows.ts'
import type { EnergyCounter } from './counter.ts'
import type { CounterResult } from './states.ts'

export interface CounterWatch {
  /** Stops after one last reading. Resolves with why reading ended early, or null. */
  stop(): Promise<Exclude<CounterResult, { state: 'ok' }> | null>
}

const EVERY_MS = 1000

/**
 * Reads the counter once per second until stopped; each reading is dated halfway between request and reply. A reset is
 * reported as a fault and reading continues; any other fault ends it.
 */
export function watchCounter(
  counter: EnergyCounter,
  clock: Clock,
  originMs: number,
  onRow: (row: CounterRow) => void,
): CounterWatch {
  const stopping = new AbortController()
  let fault: Exclude<CounterResult, { state: 'ok' }> | null = null

  const readOnce = async (): Promise<void> => {
    const requestedMs = clock.nowMs()
    const result = await counter.read()
    const timeMs = roundMs((requestedMs + clock.nowMs()) / 2 - originMs)
    if (result.state !== 'ok') fault = result
    else for (const [uuid, energyMj] of Object.entries(result.energyMj)) onRow({ timeMs, uuid, energyMj })
  }
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted && (fault === null || fault.state === 'counter-reset')) {
      await readOnce()
      await sleepUnlessAborted(clock, EVERY_MS, stopping.signal)
    }
    if (fault === null) await readOnce()
  }
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await running
      return fault
    },
  }
}
