import type { JobState, LossKind } from '../engine.ts'
import type { BoxJobState } from './answers.ts'

const kinds: Readonly<Record<Extract<BoxJobState, { state: 'lost' }>['cause'], LossKind>> = {
  restart: 'node',
  killed: 'unknown',
  signal: 'unknown',
  'time-limit': 'time-limit',
  cancelled: 'cancelled',
}

/** The state of a job, by what its box answered. A job that was handed over and is unknown there is lost. */
export function stateOf(job: BoxJobState): JobState {
  if (job.state === 'running') return { state: 'running' }
  if (job.state === 'ended') return { state: 'ended', exitCode: job.exit_code }
  if (job.state === 'absent') {
    return { state: 'lost', kind: 'node', reason: 'the server does not know its job: was it installed anew?' }
  }
  if (job.cause === 'time-limit' && job.note === 'window') {
    return { state: 'lost', kind: 'window', reason: 'not ended when the maintenance window closed' }
  }
  return { state: 'lost', kind: kinds[job.cause], reason: job.reason }
}
