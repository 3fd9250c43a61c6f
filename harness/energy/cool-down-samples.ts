import type { GpuRow } from '../record/rows.ts'
import type { CoolDown } from '../record/schema/telemetry.ts'

/** The samples of a trial without those of cool-downs. */
export function outsideCoolDowns(
  rows: readonly GpuRow[],
  coolDowns: readonly Pick<CoolDown, 'startMs' | 'endMs'>[],
): readonly GpuRow[] {
  if (coolDowns.length === 0) return rows
  return rows.filter((row) => !coolDowns.some(({ startMs, endMs }) => row.timeMs >= startMs && row.timeMs < endMs))
}
