import type { TrialScrapes } from '../metrics/trial/server-trial.ts'
import type { ServerRow } from '../record/rows.ts'
import { REASON_ROW_PREFIX, type ServerMetric, type ServerReading } from '../record/schema/server.ts'

/** The readings of one trial from its rows in server.csv; rows of one time and phase form one reading. */
export function scrapesFrom(rows: readonly ServerRow[], reason: string | null): TrialScrapes {
  const readings = new Map<string, { phase: string; reading: MutableReading }>()
  for (const { phase, timeMs, metric, value } of rows) {
    const key = `${phase} ${timeMs}`
    const known = readings.get(key) ?? { phase, reading: { values: {}, requestsByReason: {} } }
    if (!readings.has(key)) readings.set(key, known)
    if (metric.startsWith(REASON_ROW_PREFIX)) {
      known.reading.requestsByReason[metric.slice(REASON_ROW_PREFIX.length)] = value
    } else if (Number.isNaN(value)) known.reading.unusable = [...(known.reading.unusable ?? []), metric as ServerMetric]
    else known.reading.values[metric as ServerMetric] = value
  }
  const all = [...readings.values()]
  const ofPhase = (phase: string): ServerReading[] =>
    all.filter((each) => each.phase === phase).map(({ reading }) => reading)
  return {
    before: ofPhase('before')[0] ?? null,
    during: ofPhase('during'),
    after: ofPhase('after')[0] ?? null,
    reason,
  }
}

interface MutableReading {
  values: Partial<Record<ServerMetric, number>>
  requestsByReason: Record<string, number>
  unusable?: ServerMetric[]
}
