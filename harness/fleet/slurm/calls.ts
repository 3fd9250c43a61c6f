import { JoulemarkError } from '../../errors.ts'
import { type CallProgram, callProgram, lastWords, type ProgramResult } from '../program.ts'

/** Calls the programs of Slurm: `sinfo`, `sbatch`, `squeue`, `sacct`, `scancel`. */
export type CallSlurm = (program: string, args: readonly string[], more: SlurmCall) => Promise<ProgramResult>

export interface SlurmCall {
  readonly signal: AbortSignal
  readonly input?: string
}

/**
 * Variables that would change what is asked here, such as the format of a list. Those that say under which account or in which
 * partition a user's jobs run stay: the fleet file may name them, and need not.
 */
const OWN_DEFAULTS =
  /^(SQUEUE_|SINFO_|SACCT_|SCANCEL_|SLURM_TIME_FORMAT$|SBATCH_(?!ACCOUNT$|PARTITION$|QOS$|RESERVATION$|CONSTRAINT$))/

/** Calls in the environment of this process, without the user's defaults of single programs and in plain English. */
export function slurmCalls(env: NodeJS.ProcessEnv, call: CallProgram = callProgram): CallSlurm {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !OWN_DEFAULTS.test(name)))
  return (program, args, more) =>
    call(program, args, { ...more, product: 'the Slurm client', env: { ...kept, LC_ALL: 'C' } })
}

/** The same, and the text of its stdout. Throws `environment` with the last words of one that failed. */
export async function required(
  call: CallSlurm,
  program: string,
  args: readonly string[],
  more: SlurmCall,
): Promise<string> {
  const result = await call(program, args, more)
  if (result.returnCode === 0) return result.stdout
  throw new JoulemarkError('environment', `${program}: ${lastWords(result)}`)
}
