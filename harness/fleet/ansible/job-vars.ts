import { basename } from 'node:path'
import type { BoxJob } from '../engine.ts'

/**
 * A job as the playbook `start.yml` reads it: its command, the files that are copied to its folder on the box, and its time.
 * Words that name such a file name the copy. `nowS` is the time in s since 1970.
 */
export function startVars(job: BoxJob, commandWords: number, nowS: number) {
  const files = job.files.map((from, index) => ({ from, to: `${index}-${basename(from)}` }))
  const copies = new Map(files.map(({ from, to }) => [from, `${jobFolder(job.id)}/${to}`]))
  return {
    id: job.id,
    campaign: campaignOf(job.id),
    command: job.argv.slice(0, commandWords),
    words: job.argv.slice(commandWords).map((word) => copies.get(word) ?? word),
    files,
    time_limit: job.timeLimitS,
    end_by: job.endWithinS === null ? null : Math.floor(nowS + job.endWithinS),
  }
}

/** The folder of a job on its box, from the home folder of the user there, which jobs run in. */
const jobFolder = (id: string): string => `.joulemark/jobs/${id}`

/** The jobs of one box in one campaign have one id but for the number of the try at its end. */
const campaignOf = (id: string): string => id.replace(/-\d+$/, '')
