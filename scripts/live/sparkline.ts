import { HISTORY_MS, type RateWindow } from './rate.ts'

const LEVELS = '▁▂▃▄▅▆▇█'

/** Values as bars from 0 to the highest of them, a space for null; empty where no value is above 0. */
export function sparkline(values: readonly (number | null)[]): string {
  const most = Math.max(0, ...values.filter((value) => value !== null))
  if (!(most > 0)) return ''
  return values
    .map((value) => (value === null ? ' ' : LEVELS[Math.round((Math.max(0, value) / most) * (LEVELS.length - 1))]))
    .join('')
}

/** The rate of the last minute in so many steps, the newest at the right; null where none was known. */
export function lastMinute({ history }: RateWindow, nowMs: number, steps: number): (number | null)[] {
  const stepMs = HISTORY_MS / steps
  return Array.from({ length: steps }, (_, at) => {
    const untilMs = nowMs - (steps - 1 - at) * stepMs
    const within = history.filter(({ atMs }) => atMs > untilMs - stepMs && atMs <= untilMs)
    return within.length === 0 ? null : within.reduce((sum, { perS }) => sum + perS, 0) / within.length
  })
}
