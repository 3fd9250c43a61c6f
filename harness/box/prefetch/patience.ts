import { type Clock, sleepUnlessAborted } from '../../clock.ts'
import type { DownloadRate, DownloadState } from './rate.ts'

/** How often the state of a download is shown and looked at. */
const LOOK_MS = 2000

/** How long a download may stand still, and who is shown its state. */
export interface Patience {
  readonly clock: Clock
  /** Ends the download. */
  readonly signal: AbortSignal
  /** Time without a byte after which a download is given up. */
  readonly timeoutMs: number
  readonly onState: (state: DownloadState) => void
}

/**
 * Waits for a download as long as bytes arrive. Rejects with what `work` rejects with, when `signal` aborts, and when no byte
 * has arrived for the limit; in each case `work` is ended by its signal.
 */
export async function withPatience(
  work: (signal: AbortSignal) => Promise<void>,
  { rate, totalBytes }: { readonly rate: DownloadRate; readonly totalBytes: () => number | null },
  { clock, signal, timeoutMs, onState }: Patience,
): Promise<void> {
  const stop = new AbortController()
  const ends = AbortSignal.any([signal, stop.signal])
  let isOver = false
  const working = work(ends).finally(() => {
    isOver = true
  })
  // its rejection is awaited below, after the loop has seen it
  working.catch(() => undefined)
  while (!isOver && !signal.aborted) {
    await Promise.race([working.catch(() => undefined), sleepUnlessAborted(clock, LOOK_MS, signal)])
    if (signal.aborted) break
    onState(rate.state(totalBytes()))
    if (!isOver && rate.quietMs(clock.nowMs()) > timeoutMs) {
      stop.abort()
      await working.catch(() => undefined)
      throw new Error(`nothing has arrived for ${Math.round(timeoutMs / 60_000)} minutes`)
    }
  }
  await working
  if (signal.aborted) throw new Error('interrupted')
}
