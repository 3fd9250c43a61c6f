import type { JobState, LossKind } from '../engine.ts'
import type { SlurmJob } from './queue.ts'

/** How a job ended without an exit code of joulemark, by the state that Slurm names. */
const losses: Readonly<Record<string, readonly [LossKind, string]>> = {
  NODE_FAIL: ['node', 'the node failed'],
  BOOT_FAIL: ['node', 'the node did not boot'],
  LAUNCH_FAILED: ['node', 'the job could not be started on the node'],
  PREEMPTED: ['preempted', 'preempted by another job'],
  REVOKED: ['preempted', 'revoked'],
  CANCELLED: ['cancelled', 'cancelled'],
  TIMEOUT: ['time-limit', 'not finished in timeLimit'],
  DEADLINE: ['window', 'the maintenance window closed before it could start'],
  OUT_OF_MEMORY: ['unknown', 'out of memory'],
}

const ends = new Set(['COMPLETED', 'FAILED', ...Object.keys(losses)])

/** From this exit code on a command was ended from outside: interrupted (130), or by a signal. */
const FIRST_CUT = 128

/**
 * The state of a job of Slurm. `written` is the exit code that its script has written; null for none. An exit code of a command
 * that was cut is no answer: Slurm ends a job with a signal when its node fails or its time is over, and says so. Pure.
 */
export function stateOf(job: SlurmJob, written: number | null): JobState {
  if (written !== null && written < FIRST_CUT) return { state: 'ended', exitCode: written }
  const end = job.states.find((state) => ends.has(state))
  if (end === undefined) {
    const waits = ['PENDING', 'REQUEUED', 'CONFIGURING', 'SUSPENDED', 'RESIZING', 'SPECIAL_EXIT']
    return job.states.some((state) => waits.includes(state))
      ? { state: 'waiting', reason: job.reason }
      : { state: 'running' }
  }
  const loss = losses[end]
  if (loss !== undefined) {
    const [kind, reason] = loss
    const isSaid = job.reason === null || /^(NonZeroExitCode|TimeLimit|NodeDown|Deadline)/i.test(job.reason)
    return { state: 'lost', kind, reason: isSaid ? reason : `${reason} (${job.reason})` }
  }
  if (job.signal !== null)
    return { state: 'lost', kind: 'unknown', reason: `its job was ended by signal ${job.signal}` }
  if (written !== null) return { state: 'ended', exitCode: written }
  // the script ends with the code of joulemark in any case: its own file may only reach this machine later
  return job.returnCode === null
    ? { state: 'lost', kind: 'unknown', reason: `${end.toLowerCase()} without an exit code` }
    : { state: 'ended', exitCode: job.returnCode }
}
