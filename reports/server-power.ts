import { servingGpus } from '../harness/physics/serving-gpus.ts'
import { isKnown } from '../harness/record/measured.ts'
import type { RunRecord } from '../harness/record/schema/run.ts'
import type { WallSourceName } from '../harness/record/schema/wall-sources.ts'
import type { Known } from './facts.ts'
import { type Measured, measuredOf } from './tables/figure-cell.ts'

/** Power of the whole server of a run, as it was measured. */
export interface ServerPower {
  readonly load: Measured
  /** Without load, in W; null where that was not measured. */
  readonly idleW: number | null
  readonly source: WallSourceName
}

/**
 * The measured power of the server of a run, for its costs; or why there is none. Only of a server whose cards all served: the power of
 * idle cards beside them is not that of the run.
 */
export function serverPowerOf(run: RunRecord): Known<ServerPower> {
  const { wall } = run
  const source = wall?.sources.find((each) => each.source === wall.server)
  const load = measuredOf(run, 'serverPowerW')
  if ('reason' in load) return load
  if (source === undefined) return { reason: 'the power of the server was not read' }
  if (servingGpus(run.gpus).length < run.gpus.length) return { reason: 'other cards of the server did not serve' }
  const gate = run.gates.find(({ id }) => id === 'server-power')
  if (gate?.status === 'fail') return { reason: `server-power: ${gate.evidence}` }
  const { idlePowerW } = source
  const idleW = idlePowerW !== undefined && isKnown(idlePowerW) ? idlePowerW : null
  return { value: { load: load.value, idleW, source: source.source } }
}

/** A source as a reader knows it. */
export const sourceWords: Readonly<Record<WallSourceName, string>> = {
  command: 'a meter',
  redfish: 'Redfish',
  ipmi: 'IPMI',
  grace: 'Grace',
  rapl: 'RAPL',
}
