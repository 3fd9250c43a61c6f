import type { Clock } from '../clock.ts'
import { startFailure } from './smi-exec.ts'
import { failureOf, type SmiFailure } from './smi-failures.ts'
import type { LoopEnd, StartLoop } from './smi-loop.ts'

/** A first row later than this means that output is not flushed, or that the driver is stuck. */
export const FIRST_ROW_MS = 2000
/** A child that was silent for this long hangs. */
export const SILENCE_MS = 3000
const KEPT_TEXT = 4096

/** One looping child and the eye that is kept on it. */
export interface WatchedLoop {
  /** True with the first row, false when the child is gone before it. */
  readonly firstRow: Promise<boolean>
  /** Why the child is gone, null when it was asked to end. It is gone when this resolves; never rejects. */
  readonly ended: Promise<SmiFailure | null>
  stop(): Promise<void>
}

/**
 * Starts one looping child and kills it when its first row takes over 2 s, or when no row came for 3 s.
 * `onLine` says whether a line was a row.
 */
export function watchLoop(
  startLoop: StartLoop,
  args: readonly string[],
  clock: Clock,
  onLine: (line: string, arrivalMs: number) => boolean,
): WatchedLoop {
  const over = new AbortController()
  const first = Promise.withResolvers<boolean>()
  const startedMs = clock.nowMs()
  let lastRowMs: number | null = null
  let hung: SmiFailure | null = null
  let asked = false
  let said = ''

  const child = startLoop(args, (line, arrivalMs) => {
    if (!onLine(line, arrivalMs)) {
      said = `${said}${line}\n`.slice(-KEPT_TEXT)
      return
    }
    lastRowMs = arrivalMs
    first.resolve(true)
  })

  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const limitMs = lastRowMs === null ? FIRST_ROW_MS : SILENCE_MS
      const dueMs = (lastRowMs ?? startedMs) + limitMs
      if (clock.nowMs() >= dueMs) {
        hung = silence(lastRowMs === null, limitMs)
        child.kill()
        return
      }
      await clock.sleep(dueMs - clock.nowMs(), over.signal).catch(() => {})
    }
  }
  const ended = child.ended.then((end) => {
    over.abort()
    first.resolve(false)
    return hung ?? (asked ? null : failureOfEnd(end, said))
  })
  void watch()
  return {
    firstRow: first.promise,
    ended,
    stop: () => {
      asked = true
      return child.stop()
    },
  }
}

/** Why a child ended that nobody asked to: its words that were no rows, its code, its signal. */
function failureOfEnd({ returnCode, signal, startError, stderr, tail }: LoopEnd, said: string): SmiFailure {
  const start = startFailure(startError)
  if (start) return start
  if (signal) return { fault: 'other', reason: `it was killed by ${signal}` }
  // A tail with commas is half a row; a tail of words may be the reason.
  return failureOf(returnCode, tail.includes(', ') ? said : said + tail, startError ?? stderr)
}

function silence(isFirst: boolean, limitMs: number): SmiFailure {
  const what = isFirst ? `no first row in ${limitMs / 1000} s` : `no row for ${limitMs / 1000} s`
  const mend = 'the driver may hang: see dmesg for Xid lines; enable persistence mode with sudo nvidia-smi -pm 1'
  return { fault: 'timeout', reason: `${what} of its loop (${mend})` }
}
