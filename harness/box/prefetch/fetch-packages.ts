import { handedValues } from '../../endpoint/serve/container-env.ts'
import { runLoggedProgram } from '../../endpoint/serve/container-program.ts'
import type { CommandPlan } from '../../endpoint/serve/plan.ts'
import { StartLog } from '../../endpoint/serve/start-log.ts'
import { secretsIn, strictMaskOf } from '../../secret-mask.ts'
import { type Patience, withPatience } from './patience.ts'
import { DownloadRate } from './rate.ts'

/**
 * Installs the Python packages of trainings into the cache, unless they are there (scripts/train-in-container.sh). Rejects with
 * the lines of the installation as message.
 */
export async function fetchPackages(
  { containerName, prepareArgv, engine }: CommandPlan,
  env: NodeJS.ProcessEnv,
  patience: Patience,
): Promise<void> {
  const log = new StartLog(strictMaskOf([...secretsIn(env), ...handedValues(prepareArgv, env)]))
  const program = { containerName, argv: prepareArgv, stdin: '' }
  await withPatience(
    async (signal) => {
      const isWell = await runLoggedProgram(program, { engine, env }, { log, onLine: () => undefined, signal })
      if (!signal.aborted && !isWell) throw new Error(log.lines.join('\n'))
    },
    { rate: new DownloadRate(patience.clock.nowMs()), totalBytes: () => null },
    patience,
  )
}
