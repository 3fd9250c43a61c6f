import type { RequestTable } from '../../record/request-table.ts'
import { isSentLate } from '../../record/rows.ts'
import type { TextTrial } from '../../record/schema/trial.ts'

/**
 * Requests that were due inside the window (ms on the run's clock), and how many of them were sent late. Starts of the
 * streams lie before it, and what was late there is in no latency.
 */
export function sendsInside(
  requests: RequestTable,
  startMs: number,
  endMs: number,
): NonNullable<TextTrial['sendsInWindow']> {
  const scheduled = requests.column('scheduledMs')
  const dispatched = requests.column('dispatchedMs')
  let due = 0
  let late = 0
  for (let index = 0; index < requests.length; index += 1) {
    const scheduledMs = scheduled[index] as number
    if (scheduledMs < startMs || scheduledMs > endMs) continue
    due += 1
    if (isSentLate(scheduledMs, dispatched[index] as number)) late += 1
  }
  return { due, late }
}
