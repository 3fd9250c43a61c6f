import { z } from 'zod'
import { JoulemarkError } from '../../errors.ts'
import { jsonOf } from '../../json-text.ts'
import { plainText } from '../../plain-text.ts'

/**
 * Jobs as `squeue --json` prints them. Slurm 22.05 has plain values; 23.02 made the state a list; from 23.02 on a number may be
 * `{ set, infinite, number }` and the exit code an object. Only what is used is read, in each of these forms.
 */
const number = z.union([z.number(), z.object({ set: z.boolean().optional(), number: z.number() })])
const words = z.union([z.string(), z.array(z.string())])

const jobSchema = z.object({
  job_id: number,
  name: z.string().nullish(),
  job_state: words,
  state_reason: z.string().nullish(),
  state_description: z.string().nullish(),
  exit_code: z
    .union([
      number,
      z.object({
        return_code: number.nullish(),
        signal: z.object({ id: number.nullish(), signal_id: number.nullish() }).nullish(),
      }),
    ])
    .nullish(),
  submit_time: number.nullish(),
})

const queueSchema = z.object({ jobs: z.array(z.unknown()) })

/** A job of Slurm, whatever version printed it. */
export interface SlurmJob {
  readonly id: string
  readonly name: string
  /** Base state and flags, such as COMPLETED and COMPLETING. */
  readonly states: readonly string[]
  /** Why it waits or how it ended, in the words of Slurm; null for none. */
  readonly reason: string | null
  /** Exit code of the script; null where a signal ended it, or it has none. */
  readonly returnCode: number | null
  /** The signal that ended it; null for none. */
  readonly signal: number | null
  readonly submittedS: number
}

/** The jobs of `squeue --json`. Throws `environment` for a text that is not that; single jobs of another shape are skipped. */
export function jobsOf(text: string): SlurmJob[] {
  const queue = queueSchema.safeParse(jsonOf(text))
  if (!queue.success)
    throw new JoulemarkError(
      'environment',
      'squeue: --json printed no list of jobs; joulemark needs Slurm 21.08 or later',
    )
  return queue.data.jobs.flatMap((each) => {
    const parsed = jobSchema.safeParse(each)
    return parsed.success ? [jobOf(parsed.data)] : []
  })
}

function jobOf(job: z.infer<typeof jobSchema>): SlurmJob {
  const reason = [job.state_description, job.state_reason].find((text) => text && text !== 'None')
  return {
    id: String(numberOf(job.job_id)),
    name: job.name ?? '',
    states: typeof job.job_state === 'string' ? [job.job_state] : job.job_state,
    reason: reason === undefined || reason === null ? null : plainText(reason),
    ...endOf(job.exit_code),
    submittedS: numberOf(job.submit_time) ?? 0,
  }
}

function endOf(code: z.infer<typeof jobSchema>['exit_code']): Pick<SlurmJob, 'returnCode' | 'signal'> {
  if (code === null || code === undefined) return { returnCode: null, signal: null }
  if (typeof code === 'object' && !('number' in code)) {
    const signal = numberOf(code.signal?.id) ?? numberOf(code.signal?.signal_id)
    return signal !== null && signal > 0
      ? { returnCode: null, signal }
      : { returnCode: numberOf(code.return_code), signal: null }
  }
  // the status of wait(2): the signal in the low 7 bits, the exit code in the next 8
  const status = numberOf(code)
  if (status === null) return { returnCode: null, signal: null }
  const signal = status & 0x7f
  return signal > 0 ? { returnCode: null, signal } : { returnCode: (status >> 8) & 0xff, signal: null }
}

/** A number in either form; null where it is not set. */
function numberOf(value: z.infer<typeof number> | null | undefined): number | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return value
  return value.set === false ? null : value.number
}
