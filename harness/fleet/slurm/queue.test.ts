import { describe, expect, test } from 'vitest'
import { accountedJobs } from './accounting.ts'
import { stateOf } from './job-state.ts'
import { jobsOf } from './queue.ts'

const one = (job: object) => jobsOf(JSON.stringify({ meta: {}, errors: [], jobs: [job] }))[0]!

/** The same jobs as Slurm 22.05, 23.02 and 24.05 print them. */
const forms = {
  '22.05': (state: string, status: number, reason: string) => ({
    ...{ job_id: 12, name: 'jm-a-gpu1-1', job_state: state, exit_code: status, submit_time: 1795742158 },
    ...{ state_reason: reason, state_description: '' },
  }),
  '23.02': (state: string, status: number, reason: string) => ({
    ...{ job_id: 12, name: 'jm-a-gpu1-1', job_state: state, state_reason: reason, state_description: null },
    exit_code: {
      status: status === 0 ? 'SUCCESS' : 'ERROR',
      return_code: status >> 8,
      ...((status & 0x7f) > 0 ? { signal: { signal_id: status & 0x7f, name: 'KILL' } } : {}),
    },
    submit_time: 1795742158,
  }),
  '24.05': (state: string, status: number, reason: string) => ({
    ...{ job_id: 12, name: 'jm-a-gpu1-1', job_state: [state], state_reason: reason, state_description: '' },
    exit_code: {
      status: ['SUCCESS'],
      return_code: { set: true, infinite: false, number: status >> 8 },
      signal: { id: { set: (status & 0x7f) > 0, infinite: false, number: status & 0x7f }, name: '' },
    },
    submit_time: { set: true, infinite: false, number: 1795742158 },
  }),
}

describe.each(Object.entries(forms))('squeue --json of Slurm %s', (_, form) => {
  test.each([
    ['PENDING', 0, 'Resources', { state: 'waiting', reason: 'Resources' }],
    ['RUNNING', 0, 'None', { state: 'running' }],
    ['COMPLETING', 0, 'None', { state: 'running' }],
    ['COMPLETED', 0, 'None', { state: 'ended', exitCode: 0 }],
    ['FAILED', 4 << 8, 'NonZeroExitCode', { state: 'ended', exitCode: 4 }],
    ['FAILED', 9, 'None', { state: 'lost', kind: 'unknown', reason: 'its job was ended by signal 9' }],
    ['NODE_FAIL', 0, 'NodeDown', { state: 'lost', kind: 'node', reason: 'the node failed' }],
    ['PREEMPTED', 0, 'None', { state: 'lost', kind: 'preempted', reason: 'preempted by another job' }],
    ['CANCELLED', 0, 'None', { state: 'lost', kind: 'cancelled', reason: 'cancelled' }],
    ['TIMEOUT', 0, 'TimeLimit', { state: 'lost', kind: 'time-limit', reason: 'not finished in timeLimit' }],
    [
      'DEADLINE',
      0,
      'DeadLine',
      { state: 'lost', kind: 'window', reason: 'the maintenance window closed before it could start' },
    ],
  ])('%s with status %i', (state, status, reason, expected) => {
    const job = one(form(state, status, reason))
    expect(job).toMatchObject({ id: '12', name: 'jm-a-gpu1-1' })
    expect(stateOf(job, null)).toEqual(expected)
  })
})

test('the exit code that the script wrote counts, but not that of a command that Slurm has cut', () => {
  const job = (state: string, status = 0) => one(forms['24.05'](state, status, 'None'))
  expect(stateOf(job('RUNNING'), 4)).toEqual({ state: 'ended', exitCode: 4 })
  expect(stateOf(job('NODE_FAIL'), 0)).toEqual({ state: 'ended', exitCode: 0 })
  expect(stateOf(job('NODE_FAIL'), 143)).toMatchObject({ state: 'lost', kind: 'node' })
  expect(stateOf(job('TIMEOUT'), 130)).toMatchObject({ state: 'lost', kind: 'time-limit' })
  expect(stateOf(job('COMPLETING'), 143)).toEqual({ state: 'running' })
  expect(stateOf(job('FAILED', 137 << 8), 137)).toEqual({ state: 'ended', exitCode: 137 })
})

test('why a job waits is as long as Slurm can say it, and harmless', () => {
  const job = one({
    ...forms['22.05']('PENDING', 0, 'ReqNodeNotAvail'),
    state_description: 'Unavailable\u001b[31mNodes:gpu4',
  })
  expect(job.reason).toBe('Unavailable [31mNodes:gpu4')
})

test('jobs of another shape are skipped, and a text that is no queue is one line', () => {
  expect(jobsOf('{"jobs":[{"job_id":"x"},{}]}')).toEqual([])
  expect(() => jobsOf('slurm_load_jobs error')).toThrow('squeue: --json printed no list of jobs')
})

test('what accounting knows of jobs that the controller has forgotten', () => {
  const jobs = accountedJobs('7|COMPLETED|0:0\n8|CANCELLED by 1000|0:15\n9|NODE_FAIL|0:0\n9.batch|FAILED|1:0\nx\n')
  expect(jobs.map((job) => stateOf(job, null))).toEqual([
    { state: 'ended', exitCode: 0 },
    { state: 'lost', kind: 'cancelled', reason: 'cancelled' },
    { state: 'lost', kind: 'node', reason: 'the node failed' },
  ])
})
