import { JoulemarkError } from '../../../harness/errors.ts'
import type { FleetEngine } from '../../../harness/fleet/engine.ts'
import { nodesOfSlurm } from '../../../harness/fleet/slurm/nodes.ts'
import type { Fleet } from '../../../harness/scenario/fleet/load-fleet.ts'

/** The engine that a fleet names. */
export async function engineOf(fleet: Fleet, env: NodeJS.ProcessEnv): Promise<Pick<FleetEngine, 'boxes'>> {
  if (fleet.engine === 'slurm') return { boxes: nodesOfSlurm(fleet.slurm, env) }
  throw new JoulemarkError('bad-input', `${fleet.path}: engine: expected slurm`)
}
