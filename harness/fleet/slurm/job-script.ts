import { join } from 'node:path'
import { shellWord } from '../../plain-text.ts'
import { commandLine } from '../command-line.ts'
import type { BoxJob } from '../engine.ts'
import { logOf } from '../log-tail.ts'

/** Where the script of a job writes the number of the job, and its exit code: both outlive what the controller remembers. */
export const startedPath = ({ logFolder, id }: Pick<BoxJob, 'logFolder' | 'id'>): string =>
  join(logFolder, `${id}.started`)
export const exitPath = ({ logFolder, id }: Pick<BoxJob, 'logFolder' | 'id'>): string => join(logFolder, `${id}.exit`)

/**
 * The script of a job: it is given to sbatch on stdin. Both files are replaced whole; a job that runs a second time, because
 * Slurm was asked to requeue by hand, has no old exit code.
 */
export function jobScript(job: BoxJob): string {
  const [started, ended] = [startedPath(job), exitPath(job)].map(quoted) as [string, string]
  return `#!/bin/sh
mkdir -p -- ${quoted(job.logFolder)} ${quoted(job.outFolder)} || exit 3
rm -f -- ${ended}
printf '%s\\n' "$SLURM_JOB_ID" > ${started}.tmp && mv -f -- ${started}.tmp ${started} || exit 3
${commandLine(job.argv)}
code=$?
printf '%s\\n' "$code" > ${ended}.tmp && mv -f -- ${ended}.tmp ${ended}
exit "$code"
`
}

const quoted = (path: string): string => shellWord(path)

/** The words of sbatch for a job. The flags of the user come last but for what identifies the job. */
export function sbatchWords(
  job: BoxJob,
  block: { readonly [Key in 'partition' | 'account' | 'qos' | 'reservation' | 'gres']?: string | undefined } & {
    readonly exclusive: boolean
    readonly flags: readonly string[]
  },
): string[] {
  const named = (['partition', 'account', 'qos', 'reservation', 'gres'] as const).flatMap((name) => {
    const value = block[name]
    return value === undefined ? [] : [`--${name}=${value}`]
  })
  return [
    '--parsable',
    ...named,
    ...(block.exclusive ? ['--exclusive'] : []),
    `--time=${timeOf(job.timeLimitS)}`,
    // neither started nor finished later: a job that waits in the queue must not start when customers are back
    ...(job.endWithinS === null ? [] : [`--deadline=now+${job.endWithinS}seconds`]),
    '--no-requeue',
    // % begins a pattern in this file name
    `--output=${logOf(job).replaceAll('%', '%%')}`,
    '--open-mode=append',
    ...block.flags,
    '--nodes=1',
    `--nodelist=${job.box}`,
    `--job-name=${job.id}`,
  ]
}

/** Days, hours, minutes and seconds as Slurm reads them. */
function timeOf(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `${Math.floor(seconds / 86_400)}-${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`
}
