import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runContainerProgram } from '../../endpoint/serve/container-program.ts'
import type { ServePlan } from '../../endpoint/serve/plan.ts'
import { messageOf } from '../../errors.ts'
import type { CardProbe } from '../../record/schema/card-probe.ts'
import { readProbe } from './read-probe.ts'

const SCRIPT = fileURLToPath(new URL('../../../scripts/card-probe.py', import.meta.url))
/** The answer is one line; what comes before it is the log of an image that is pulled. */
const MAX_OUTPUT_CHARACTERS = 200_000

export interface ProbeOptions {
  /** Environment of the engine; its PATH selects the binary. */
  readonly env: NodeJS.ProcessEnv
  /** Includes the time to pull the image, which the server needs as well. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * Measures memory, arithmetic and links of the GPUs of a plan with the torch of its serving image, before the server is
 * started (scripts/card-probe.py, some ten seconds). Never throws: a probe that fails is a reason, and the server is
 * measured all the same. The container is removed in any case, also when this process is killed.
 */
export async function runProbe(plan: ServePlan, { env, timeoutMs, signal }: ProbeOptions): Promise<CardProbe> {
  const stdin = await readFile(SCRIPT, 'utf8')
  const { containerName, pythonArgv: argv, engine } = plan
  let output = ''
  const onText = (text: string) => {
    output = (output + text).slice(-MAX_OUTPUT_CHARACTERS)
  }
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  try {
    const { isCut } = await runContainerProgram(
      { containerName, argv, stdin },
      { engine, env },
      { onText, signal: until },
    )
    const probe = readProbe(output)
    if (!isCut || !('reason' in probe)) return probe
    return { reason: signal.aborted ? 'interrupted' : 'the probe did not end in time' }
  } catch (error) {
    return { reason: messageOf(error) }
  }
}
