import { JoulemarkError } from '../../../harness/errors.ts'
import type { FleetEngine } from '../../../harness/fleet/engine.ts'
import type { Fleet } from '../../../harness/scenario/fleet/load-fleet.ts'

/** The engine that a fleet names; each is loaded when it is asked for. */
export async function engineOf(fleet: Fleet, env: NodeJS.ProcessEnv): Promise<FleetEngine> {
  if (fleet.engine === 'slurm') {
    const [{ slurmEngine }, { slurmCalls }] = await Promise.all([
      import('../../../harness/fleet/slurm/engine.ts'),
      import('../../../harness/fleet/slurm/calls.ts'),
    ])
    return slurmEngine(fleet.slurm, slurmCalls(env))
  }
  if (fleet.engine === 'ansible') return (await import('../../../harness/fleet/ansible/setup.ts')).ansibleOf(fleet, env)
  if (fleet.kubernetes !== undefined)
    return (await import('../../../harness/fleet/kubernetes/engine.ts')).kubernetesEngine(fleet.kubernetes, env)
  throw new JoulemarkError('bad-input', `${fleet.path}: kubernetes: expected a block with an image`)
}
