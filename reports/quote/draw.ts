import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { WallSourceName } from '../../harness/record/schema/wall-sources.ts'
import type { Known } from '../facts.ts'
import { type ServerPower, serverPowerOf } from '../server-power.ts'
import type { Workload } from './measured/workload.ts'
import type { Draw } from './money/price.ts'

/** The power behind the electricity of a server. */
export interface OptionDraw extends Draw {
  readonly idleMeasured: boolean
  /** Where the power of the server is from; absent for boards. */
  readonly source?: WallSourceName
  /** Why the power of the server was not used; absent where it was. */
  readonly whyBoards?: string
}

/**
 * Electricity is charged at the highest power of any workload: of the whole server where every run measured it, otherwise of the GPU
 * boards. Idle as measured, otherwise the same as under load.
 */
export function drawOf(records: readonly RunRecord[], workloads: readonly Workload[]): OptionDraw {
  const server = serverDraw(records)
  if ('value' in server) return server.value
  return { ...boardDraw(records, workloads), whyBoards: server.reason }
}

/** The power of the server at the upper end of its interval; or the reason of the first run that has none. */
function serverDraw(records: readonly RunRecord[]): Known<OptionDraw> {
  const powers: ServerPower[] = []
  for (const record of records) {
    const power = serverPowerOf(record)
    if ('reason' in power) return power
    if (power.value.load.ci95 === null) return { reason: 'the power of the server has no confidence interval' }
    powers.push(power.value)
  }
  const loadW = Math.max(...powers.map(({ load }) => load.ci95?.[1] ?? load.value))
  const idles = powers.flatMap(({ idleW }) => idleW ?? [])
  const idleMeasured = idles.length === powers.length
  const source = powers[0]?.source
  if (source === undefined) return { reason: 'no run was given' }
  return { value: { of: 'server', loadW, idleW: idleMeasured ? Math.max(...idles) : loadW, idleMeasured, source } }
}

function boardDraw(records: readonly RunRecord[], workloads: readonly Workload[]): Omit<OptionDraw, 'whyBoards'> {
  const loadW = Math.max(...workloads.map((workload) => workload.loadW))
  const idles = records.map((record) => record.telemetry?.idle.powerW ?? null)
  const known = idles.filter((watts) => watts !== null)
  const idleMeasured = known.length === idles.length
  return { of: 'boards', loadW, idleW: idleMeasured ? Math.max(...known) : loadW, idleMeasured }
}
