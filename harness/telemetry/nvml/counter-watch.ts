import { type Clock, sleepUnlessAborted } from '../../clock.ts'
import { type CounterRow, roundMs } from '../../record/rows.ts'
import type { EnergyCounter } from './counter.ts'
import type { CounterResult } from './states.ts'

export interface CounterWatch {
  /** Ends the watch after one last reading. Resolves with why it ended early, or null. */
  stop(): Promise<Exclude<CounterResult, { state: 'ok' }> | null>
}

const EVERY_MS = 1000

/**
 * Reads the counter once a second until stopped; each reading is placed halfway between question and answer. A reset is
 * told in its place and the watch goes on; any other fault ends it.
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
    const askedMs = clock.nowMs()
    const result = await counter.read()
    const timeMs = roundMs((askedMs + clock.nowMs()) / 2 - originMs)
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
