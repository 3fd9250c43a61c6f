import { type Clock, sleepUnlessAborted } from '../clock.ts'
import type { GpuRow } from '../record/rows.ts'
import type { CoolDown } from '../record/schema/telemetry.ts'
import type { Scenario } from '../scenario/schema.ts'

/** The cool-down between trials that a scenario requires. */
export type CoolDownRule = NonNullable<Scenario['trial']['coolDown']>

/** Temperature of each serving GPU by UUID, or why it is not known. */
export type TemperatureReading = { readonly celsius: ReadonlyMap<string, number> } | { readonly reason: string }

/** One wait before a trial, with its clock and its source of temperatures. */
export interface CoolDownWait {
  readonly rule: CoolDownRule
  readonly beforeTrial: number
  /** At the start of the first trial. */
  readonly start: TemperatureReading
  readonly read: () => TemperatureReading
  /** Time on the run's clock. */
  readonly nowMs: () => number
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called at every reading that finds the cards still too warm. */
  readonly onWarm: (elapsedMs: number, aboveC: number) => void
}

const READ_EVERY_MS = 500
/** A sampler that restarts delivers samples again within this time. */
const STALE_MS = 10_000

/** The temperature of every serving GPU by its newest sample, or the reason if that of any GPU is not known. */
export function temperatureOf(
  newest: ReadonlyMap<string, GpuRow>,
  servingUuids: readonly string[],
  nowMs: number,
): TemperatureReading {
  if (servingUuids.length === 0) return { reason: 'no GPU is watched' }
  const celsius = new Map<string, number>()
  for (const uuid of servingUuids) {
    const row = newest.get(uuid)
    if (row === undefined) return { reason: 'there is no sample of the card' }
    if (nowMs - row.arrivalMs > STALE_MS)
      return { reason: `the last sample of the card is over ${STALE_MS / 1000} s old` }
    if (row.temperatureC === null) return { reason: 'the driver reports no temperature' }
    celsius.set(uuid, row.temperatureC)
  }
  return { celsius }
}

/**
 * Waits until every serving GPU is back near its temperature at the start of the first trial, or until the timeout. After
 * a timeout the trial runs anyway, and the result holds a finding. A cooler card is not waited for: only load could warm it.
 */
export async function coolDown(wait: CoolDownWait): Promise<CoolDown> {
  const { rule, beforeTrial, nowMs, clock, signal } = wait
  const startMs = nowMs()
  const untilMs = startMs + rule.timeoutSeconds * 1000
  let fromAboveC: number | null = null
  const ended = (outcome: CoolDown['outcome'], toAboveC: number | null, finding?: string): CoolDown => ({
    beforeTrial,
    startMs,
    endMs: nowMs(),
    outcome,
    fromAboveC,
    toAboveC,
    ...(finding === undefined ? {} : { finding }),
  })
  for (;;) {
    const above = degreesAbove(wait.read(), wait.start)
    if (typeof above === 'string') {
      return ended('temperature-unknown', null, `no cool-down before trial ${beforeTrial + 1}: ${above}`)
    }
    fromAboveC ??= above
    if (above <= rule.toWithinC) return ended('reached', above)
    if (signal.aborted) return ended('interrupted', above)
    const elapsedMs = nowMs() - startMs
    if (startMs + elapsedMs >= untilMs) return ended('timed-out', above, timeoutText(beforeTrial, above, rule))
    wait.onWarm(elapsedMs, above)
    // an interrupt ends the pause early; the next iteration returns
    await sleepUnlessAborted(clock, Math.min(READ_EVERY_MS, untilMs - startMs - elapsedMs), signal)
  }
}

/** The largest rise of any GPU above its temperature at the start of the first trial, in °C; or why it is not known. */
function degreesAbove(now: TemperatureReading, start: TemperatureReading): number | string {
  if ('reason' in start) return `at the start of the first trial, ${start.reason}`
  if ('reason' in now) return now.reason
  return Math.max(...[...now.celsius].map(([uuid, celsius]) => celsius - (start.celsius.get(uuid) ?? celsius)))
}

const timeoutText = (beforeTrial: number, aboveC: number, { toWithinC, timeoutSeconds }: CoolDownRule): string =>
  `cool-down before trial ${beforeTrial + 1}: after ${timeoutSeconds} s the card is still ${aboveC.toFixed(0)} °C ` +
  `above the start of the first trial; within ${toWithinC} °C is required`
