import { gatesAgainst } from '../gates/quotable.ts'
import type { GateId } from '../gates/table.ts'
import type { Gate, RunRecord } from '../record/schema/run.ts'
import { pointKey, type TunePoint } from './point.ts'

/** A run of a tuning that counts. */
export interface CountedRun {
  readonly record: RunRecord
  readonly point: TunePoint
  readonly key: string
  readonly block: number
}

/** A run of a tuning that does not count, and why. */
export interface LeftOut {
  readonly id: string
  readonly key: string
  readonly point: TunePoint
  readonly block: number
  readonly reason: string
}

/**
 * Gates that need not pass for a quote, but without which a run says nothing of its point: the card enforced another limit,
 * others used it, or its hardware slowed it down.
 */
const NEEDED_BY_A_POINT: readonly GateId[] = ['power-limit', 'gpu-exclusive', 'throttle']

/** The point that a run measured; null for a run that no tuning set. */
function pointOf({ setting, scenario }: Pick<RunRecord, 'setting' | 'scenario'>): TunePoint | null {
  if (setting === undefined) return null
  const { load } = scenario
  return {
    setting: { powerLimitW: setting.powerLimitW.asked, smClockMHz: setting.smClockMHz?.asked ?? null },
    concurrency: 'concurrency' in load ? load.concurrency : null,
  }
}

/**
 * Runs of one tuning by whether they count: complete, with no failed gate that a comparison or a point needs. Of several that
 * count in one block of one point the last does.
 */
export function countedRuns(records: readonly RunRecord[]): { counted: CountedRun[]; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = []
  const latest = new Map<string, CountedRun>()
  for (const record of records.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))) {
    const point = pointOf(record)
    if (point === null || record.setting === undefined) continue
    const at = { point, key: pointKey(point), block: record.setting.block }
    const reason = whyNot(record)
    if (reason === null) latest.set(`${at.key} ${at.block}`, { record, ...at })
    else leftOut.push({ id: record.id, ...at, reason })
  }
  return { counted: [...latest.values()], leftOut }
}

function whyNot(record: RunRecord): string | null {
  if (record.status !== 'complete') return `status ${record.status}${record.failure ? `: ${record.failure}` : ''}`
  if (record.oom) return `out of memory: ${record.oom.evidence}`
  const needed = record.gates.filter(
    ({ id, status }) => status === 'fail' && (NEEDED_BY_A_POINT as readonly string[]).includes(id),
  )
  const failed: Gate[] = [...gatesAgainst(record), ...needed]
  return failed.length === 0 ? null : failed.map(({ id, evidence }) => `gate ${id} failed: ${evidence}`).join('; ')
}
