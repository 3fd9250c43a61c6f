import { readFileSync } from 'node:fs'
import type { Interruption } from '../../record/schema/telemetry.ts'

/** The clocks of this machine at one moment, in ms. */
export interface ClockReading {
  /** The clock of all times of a run. It stands still while the machine is suspended. */
  readonly monotonicMs: number
  readonly wallMs: number
  /** Since the boot, suspension included; null where the system does not report it. */
  readonly bootMs: number | null
}

/** How often the clocks are compared. */
const EVERY_MS = 1000
/** A suspension, or a step of the wall clock, from which on it is reported: readings of the clocks lie some ms apart. */
const LEAST_MS = 500
/** A thread that is only busy is late by less. */
const LEAST_STOP_MS = 3000

function readClocks(): ClockReading {
  const monotonicMs = performance.now()
  return { monotonicMs, wallMs: Date.now(), bootMs: bootMs() }
}

/** Linux counts suspended time in /proc/uptime, and not in the monotonic clock. */
function bootMs(): number | null {
  try {
    const seconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
    return Number.isFinite(seconds) ? seconds * 1000 : null
  } catch {
    return null
  }
}

/**
 * What happened between two readings that should be at most `everyMs` apart. `atMs` is the time of the second one on the
 * clock of the run.
 */
export function interruptionsBetween(
  before: ClockReading,
  now: ClockReading,
  { everyMs, atMs }: { readonly everyMs: number; readonly atMs: number },
): Interruption[] {
  const ranMs = now.monotonicMs - before.monotonicMs
  const passedMs = before.bootMs === null || now.bootMs === null ? ranMs : now.bootMs - before.bootMs
  const suspendedMs = passedMs - ranMs
  const lateMs = ranMs - everyMs
  const stepMs = now.wallMs - before.wallMs - passedMs
  const found: Interruption[] = []
  if (suspendedMs >= LEAST_MS) {
    const message = `the machine was suspended for ${seconds(suspendedMs)} s`
    found.push({ kind: 'suspended', atMs, byMs: Math.round(suspendedMs), message })
  }
  if (lateMs >= LEAST_STOP_MS) {
    const causes = 'stopped by SIGSTOP or Ctrl-Z, a virtual machine that was paused, or no CPU'
    const message = `this process did not run for ${seconds(lateMs)} s (${causes})`
    found.push({ kind: 'stopped', atMs, byMs: Math.round(lateMs), message })
  }
  if (Math.abs(stepMs) >= LEAST_MS) {
    const message = `the wall clock stepped by ${seconds(stepMs)} s`
    found.push({ kind: 'clock-step', atMs, byMs: Math.round(stepMs), message })
  }
  return found
}

/** What the watch reports to, and the clock of the run. */
export interface TimeWatchOptions {
  /** Time on the clock of the run, in ms. */
  readonly runTime: () => number
  readonly onInterruption: (interruption: Interruption) => void
  readonly read?: () => ClockReading
}

/** Compares the clocks every second until the returned function is called, which compares them once more. */
export function watchTime({ runTime, onInterruption, read = readClocks }: TimeWatchOptions): () => void {
  let last = read()
  const compare = (everyMs: number) => {
    const now = read()
    for (const each of interruptionsBetween(last, now, { everyMs, atMs: Math.round(runTime()) })) onInterruption(each)
    last = now
  }
  const timer = setInterval(() => compare(EVERY_MS), EVERY_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    compare(EVERY_MS)
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1)
