import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fleetOf } from '../../testing/fleet-builder.ts'
import { jobOf } from '../plan.ts'
import type { ProgramResult } from '../program.ts'
import { slurmEngine } from './engine.ts'

const none = new AbortController().signal

/** Slurm as its programs answer; what is not said is an empty queue, and job 7 for every submission. */
function played(answers: Readonly<Record<string, Partial<ProgramResult>>> = {}) {
  const calls: string[] = []
  const usual: Readonly<Record<string, string>> = { squeue: '{"jobs":[]}', sbatch: '7\n' }
  const engine = slurmEngine(undefined, async (program, args) => {
    calls.push(`${program} ${args.at(-1)}`)
    return { returnCode: 0, stdout: usual[program] ?? '', stderr: '', ...answers[program] }
  })
  const out = mkdtempSync(join(tmpdir(), 'slurm-engine-'))
  const job = jobOf(fleetOf(['gpu1']), { id: 'c', out }, { box: 'gpu1', attempt: 1, endWithinS: null })
  const { id, box, outFolder, logFolder } = job
  mkdirSync(logFolder, { recursive: true })
  return { engine, calls, job, handle: { id, box, native: '7', outFolder, logFolder } }
}

const failed = (stderr: string) => ({ returnCode: 1, stdout: '', stderr })

describe('a submission', () => {
  test('is a job of its own', async () => {
    const { engine, calls, job, handle } = played()
    expect(await engine.submit([job], none)).toEqual([{ handle, reason: null }])
    expect(calls).toEqual(['squeue --states=all', `sbatch --job-name=${job.id}`])
  })

  test('that was made before a crash is found by its name, or by what its script wrote', async () => {
    const queued = played({ squeue: { stdout: '{"jobs":[{"job_id":9,"name":"jm-c-gpu1-1","job_state":"PENDING"}]}' } })
    expect(await queued.engine.submit([queued.job], none)).toMatchObject([{ handle: { native: '9' } }])
    expect(queued.calls).toHaveLength(1)
    const forgotten = played()
    writeFileSync(join(forgotten.job.logFolder, `${forgotten.job.id}.started`), '11\n')
    expect(await forgotten.engine.submit([forgotten.job], none)).toMatchObject([{ handle: { native: '11' } }])
    expect(forgotten.calls).toHaveLength(1)
  })

  test('that Slurm refuses is a reason; a controller that does not answer is asked again', async () => {
    const refused = played({ sbatch: failed('sbatch: error: Batch job submission failed: Invalid account') })
    expect(await refused.engine.submit([refused.job], none)).toEqual([
      { handle: null, reason: 'sbatch: Batch job submission failed: Invalid account' },
    ])
    const silent = played({
      sbatch: failed('sbatch: error: Batch job submission failed: Socket timed out on send/recv operation'),
    })
    await expect(silent.engine.submit([silent.job], none)).rejects.toMatchObject({ code: 'environment' })
    const down = played({ squeue: failed('slurm_load_jobs error: Unable to contact slurm controller') })
    await expect(down.engine.submit([down.job], none)).rejects.toThrow(
      'squeue: slurm_load_jobs error: Unable to contact',
    )
  })
})

test('an interrupt between two submissions leaves the first with its handle, and is no cut in it', async () => {
  const stop = new AbortController()
  const { engine, calls, job, handle } = played()
  const taken: unknown[] = []
  const second = { ...job, id: `${job.id}-second` }
  const take = (_: string, one: unknown) => {
    taken.push(one)
    stop.abort()
  }
  await expect(engine.submit([job, second], stop.signal, take)).rejects.toMatchObject({ code: 'environment' })
  expect(taken).toEqual([{ handle, reason: null }])
  expect(calls.filter((call) => call.startsWith('sbatch'))).toHaveLength(1)
})

test('what the queue has is found by its name, and nothing is submitted for the rest', async () => {
  const { engine, calls, job, handle } = played({
    squeue: { stdout: '{"jobs":[{"job_id":7,"name":"jm-c-gpu1-1","job_state":"PENDING"}]}' },
  })
  expect(await engine.find([job, { ...job, id: 'jm-c-gpu2-1' }], none)).toEqual([handle, null])
  expect(calls).toEqual(['squeue --states=all'])
})

test('a job that goes on after scancel is said so; one that has ended is no error', async () => {
  const queue = (state: string) => ({ stdout: `{"jobs":[{"job_id":7,"name":"x","job_state":"${state}"}]}` })
  const scancel = failed('scancel: error: Kill job error on job id 7: Access/permission denied')
  const refused = played({ scancel, squeue: queue('RUNNING') })
  expect(await refused.engine.cancel([refused.handle])).toEqual([expect.stringContaining('permission denied')])
  const over = played({ scancel, squeue: queue('COMPLETED') })
  expect(await over.engine.cancel([over.handle])).toEqual([null])
  const down = played({ scancel, squeue: failed('Unable to contact slurm controller') })
  await expect(down.engine.cancel([down.handle])).rejects.toMatchObject({ code: 'environment' })
})

describe('a job that the controller has forgotten', () => {
  test('ended with the code that its script wrote, else as accounting says', async () => {
    const written = played()
    writeFileSync(join(written.job.logFolder, `${written.job.id}.exit`), '4\n')
    expect(await written.engine.follow([written.handle], none)).toEqual([{ state: 'ended', exitCode: 4 }])
    expect(written.calls).toEqual(['squeue --states=all'])
    const accounted = played({ sacct: { stdout: '7|NODE_FAIL|0:0\n' } })
    expect(await accounted.engine.follow([accounted.handle], none)).toMatchObject([{ state: 'lost', kind: 'node' }])
  })

  test('and without both is lost, also where there is no accounting', async () => {
    const { engine, handle } = played({ sacct: failed('Slurm accounting storage is disabled') })
    expect(await engine.follow([handle], none)).toMatchObject([{ state: 'lost', kind: 'unknown' }])
  })
})

test('nodes are asked for by name, in the partition of the file', async () => {
  const asked: (readonly string[])[] = []
  const engine = slurmEngine({ partition: 'gpu', exclusive: true, flags: [] }, async (_, args) => {
    asked.push(args)
    return { returnCode: 0, stdout: 'gpu1|idle|gpu:8|none\n', stderr: '' }
  })
  expect(await engine.boxes(['gpu1', 'gpu2'], none)).toMatchObject([{ usable: true, gpus: 8 }, { usable: false }])
  expect(asked[0]!.join(' ')).toContain('-p gpu -n gpu1,gpu2')
})
