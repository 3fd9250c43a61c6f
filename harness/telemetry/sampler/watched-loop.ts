import { type Clock, sleepUnlessAborted } from '../../clock.ts'
import { diedBy, startFailure } from '../smi/exec.ts'
import { failureOf, type SmiFailure, smiFailure } from '../smi/failures.ts'
import type { LoopEnd, StartLoop } from './smi-loop.ts'

/** How long a looping child may print no row before it counts as hung, in ms. */
export interface LoopLimits {
  /** From its start to its first row. */
  readonly firstRowMs: number
  /** Between two later rows. */
  readonly silenceMs: number
}

const SHORTEST_FIRST_ROW_MS = 10_000
const FIRST_ROW_FACTOR = 3
const SILENCE_MS = 3000
/** Longest sleep, and the delay of its end from which on this process was not only busy, but stopped. */
const LOOK_MS = 1000
const STOPPED_MS = 1000
const KEPT_TEXT = 4096

/**
 * The limits for a machine on which one nvidia-smi call took `callMs` (ms). The loop does the same work as a single
 * call before its first row: where no process holds the driver open, both wait seconds for it to load.
 */
export const loopLimits = (callMs: number): LoopLimits => ({
  firstRowMs: Math.max(SHORTEST_FIRST_ROW_MS, FIRST_ROW_FACTOR * callMs),
  silenceMs: SILENCE_MS,
})

/** Where the driver is loaded, a first row takes well under a second. */
const SLOW_FIRST_ROW_MS = 2000

/** What to say of a loop that took `firstRowMs` to its first row; null for a usual time. */
export const slowStart = (firstRowMs: number): string | null =>
  firstRowMs <= SLOW_FIRST_ROW_MS
    ? null
    : `the first row took ${seconds(firstRowMs)} s: each call loads the driver anew (sudo nvidia-smi -pm 1), or the machine is busy`

export interface WatchedLoopOptions {
  readonly startLoop: StartLoop
  readonly args: readonly string[]
  readonly clock: Clock
  readonly limits: LoopLimits
  /** Returns whether a line was a row. */
  readonly onLine: (line: string, arrivalMs: number) => boolean
}

/** One looping child under observation. */
export interface WatchedLoop {
  /** True with the first row, false when the child exited before it. */
  readonly firstRow: Promise<boolean>
  /** Resolves when the child has exited: with the reason, or null when it was stopped. Never rejects. */
  readonly ended: Promise<SmiFailure | null>
  stop(): Promise<void>
}

/** Starts one looping child and kills it when it prints no row for longer than its limits allow. */
export function watchLoop({ startLoop, args, clock, limits, onLine }: WatchedLoopOptions): WatchedLoop {
  const over = new AbortController()
  const first = Promise.withResolvers<boolean>()
  const startedMs = clock.nowMs()
  let lastRowMs: number | null = null
  /** When this process ran again after it had been stopped. */
  let resumedMs = startedMs
  let hung: SmiFailure | null = null
  let isStopping = false
  let otherText = ''

  const child = startLoop(args, (line, arrivalMs) => {
    if (!onLine(line, arrivalMs)) {
      otherText = `${otherText}${line}\n`.slice(-KEPT_TEXT)
      return
    }
    lastRowMs = arrivalMs
    first.resolve(true)
  })

  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const limitMs = lastRowMs === null ? limits.firstRowMs : limits.silenceMs
      const dueMs = Math.max(lastRowMs ?? startedMs, resumedMs) + limitMs
      if (clock.nowMs() >= dueMs) {
        hung = silence(lastRowMs === null, limitMs)
        child.kill()
        return
      }
      // at most `silenceMs`, because the shorter limit applies once the first row has arrived
      const [fromMs, sleepMs] = [clock.nowMs(), Math.min(dueMs - clock.nowMs(), limits.silenceMs, LOOK_MS)]
      await sleepUnlessAborted(clock, sleepMs, over.signal)
      // a process that was stopped itself has read no rows: its child is not to blame, and gets its time again
      if (clock.nowMs() - fromMs - sleepMs > STOPPED_MS) resumedMs = clock.nowMs()
    }
  }
  const ended = child.ended.then((end) => {
    over.abort()
    first.resolve(false)
    return hung ?? (isStopping ? null : failureOfEnd(end, otherText))
  })
  void watch()
  return {
    firstRow: first.promise,
    ended,
    stop: () => {
      isStopping = true
      return child.stop()
    },
  }
}

/** Why a child exited although it was not stopped: its lines that were no rows, its code, its signal. */
function failureOfEnd({ returnCode, signal, startError, stderr, tail }: LoopEnd, otherText: string): SmiFailure {
  const start = startFailure(startError)
  if (start) return start
  if (signal) return diedBy(signal)
  // a tail with commas is a partial row; other text may be the reason
  return failureOf(returnCode, tail.includes(', ') ? otherText : otherText + tail, startError ?? stderr)
}

function silence(isFirst: boolean, limitMs: number): SmiFailure {
  const what = isFirst ? `no first row in ${seconds(limitMs)} s` : `no row for ${seconds(limitMs)} s`
  const advice = 'the driver may hang: check dmesg for Xid lines; enable persistence mode with sudo nvidia-smi -pm 1'
  return smiFailure('timeout', `${what} of its loop`, advice)
}

const seconds = (ms: number): string => String(Math.round(ms / 100) / 10)
