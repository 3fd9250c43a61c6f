import { readFile, stat } from 'node:fs/promises'
import { JoulemarkError } from '../../errors.ts'
import { makeFolder } from '../../record/json-file.ts'
import { type SlurmBlock, slurmSchema } from '../../scenario/fleet/engine-schemas.ts'
import type { BoxJob, FleetEngine, JobHandle, JobState, Submitted } from '../engine.ts'
import { lastWords } from '../program.ts'
import { ACCOUNT_ARGS, accountedJobs } from './accounting.ts'
import { type CallSlurm, required } from './calls.ts'
import { exitPath, jobScript, sbatchWords, startedPath } from './job-script.ts'
import { stateOf } from './job-state.ts'
import { nodesOfSlurm } from './nodes.ts'
import { jobsOf, type SlurmJob } from './queue.ts'
import { copyRuns } from './shared-runs.ts'

/** Slurm: one job for each box and try, on the node of the box, found again by its name. */
export function slurmEngine(given: SlurmBlock | undefined, call: CallSlurm): FleetEngine {
  const block = given ?? slurmSchema.parse({})
  return {
    name: 'slurm',
    boxes: nodesOfSlurm(block, call),
    submit: async (jobs, signal, take) => {
      const queue = await queued(call, signal)
      const submitted: Submitted[] = []
      for (const job of jobs) {
        if (signal.aborted) throw new JoulemarkError('environment', 'sbatch: interrupted')
        const one = await submitOne(job, { call, block, queue })
        take?.(job.id, one)
        submitted.push(one)
      }
      return submitted
    },
    find: async (jobs, signal) => {
      const queue = await queued(call, signal)
      return Promise.all(jobs.map((job) => known(job, queue)))
    },
    follow: async (handles, signal) => {
      const queue = new Map((await queued(call, signal)).map((job) => [job.id, job]))
      const gone = handles.filter(({ native }) => !queue.has(native))
      const accounted = await ended(call, gone, signal)
      return Promise.all(
        handles.map(async (handle): Promise<JobState> => {
          const written = await numberIn(exitPath(handle))
          const job = queue.get(handle.native) ?? accounted.get(handle.native)
          if (job !== undefined) return stateOf(job, written)
          if (written !== null) return { state: 'ended', exitCode: written }
          return {
            state: 'lost',
            kind: 'unknown',
            reason: 'Slurm does not know its job any more, and it left no exit code',
          }
        }),
      )
    },
    cancel: async (handles) => {
      if (handles.length === 0) return []
      const { signal } = new AbortController()
      const result = await call(
        'scancel',
        handles.map(({ native }) => native),
        { signal },
      )
      if (result.returnCode === 0) return handles.map(() => null)
      // one that has ended is an error of scancel, and none here
      const live = new Set((await queued(call, signal)).filter(isLive).map(({ id }) => id))
      return handles.map(({ native }) => (live.has(native) ? `scancel: ${lastWords(result)}` : null))
    },
    collect: async (handle, folder) => {
      const start = await stat(startedPath(handle)).catch(() => null)
      if (start !== null) await copyRuns(handle.outFolder, folder, start.mtimeMs)
    },
  }
}

const isLive = (job: SlurmJob): boolean => ['waiting', 'running'].includes(stateOf(job, null).state)

/** The jobs that the controller remembers, those that ended in the last minutes among them. */
const queued = async (call: CallSlurm, signal: AbortSignal): Promise<SlurmJob[]> =>
  jobsOf(await required(call, 'squeue', ['--json', '--states=all'], { signal }))

/** What sbatch says of a controller that does not answer, in contrast to one that refuses. */
const UNANSWERED = /unable to contact|timed out|connection (refused|failure|reset)|communication|temporarily|try again/i

interface Submission {
  readonly call: CallSlurm
  readonly block: SlurmBlock
  readonly queue: readonly SlurmJob[]
}

/** The job that was submitted under this id, by its name in the queue or what its script has written; null for none. */
async function known(job: BoxJob, queue: readonly SlurmJob[]): Promise<JobHandle | null> {
  const native = queue.find(({ name }) => name === job.id)?.id ?? (await textIn(startedPath(job)))
  return native === null ? null : handleOf(job, native)
}

const handleOf = ({ id, box, outFolder, logFolder }: BoxJob, native: string): JobHandle => ({
  ...{ id, box, native, outFolder, logFolder },
})

/** An sbatch that has begun is not cut by an interrupt: whether it made a job would not be known. */
async function submitOne(job: BoxJob, { call, block, queue }: Submission): Promise<Submitted> {
  const found = await known(job, queue)
  if (found !== null) return { handle: found, reason: null }
  // the log is opened on the node before the script can make its folder
  makeFolder(job.logFolder)
  const { signal } = new AbortController()
  const result = await call('sbatch', sbatchWords(job, block), { signal, input: jobScript(job) })
  const [native = ''] = result.stdout.trim().split(/[;\n]/)
  if (result.returnCode === 0 && /^\d+$/.test(native)) return { handle: handleOf(job, native), reason: null }
  const said = lastWords(result)
  // it may be submitted all the same: asked again, it is found by its name
  if (UNANSWERED.test(said)) throw new JoulemarkError('environment', `sbatch: ${said}`)
  return { handle: null, reason: `sbatch: ${said.replace(/^sbatch: (error: )?/, '')}` }
}

/** What accounting knows of jobs that the controller has forgotten, by their number; nothing where there is no accounting. */
async function ended(
  call: CallSlurm,
  handles: readonly JobHandle[],
  signal: AbortSignal,
): Promise<Map<string, SlurmJob>> {
  const unanswered: JobHandle[] = []
  for (const handle of handles) if ((await numberIn(exitPath(handle))) === null) unanswered.push(handle)
  if (unanswered.length === 0) return new Map()
  const args = [...ACCOUNT_ARGS, '-j', unanswered.map(({ native }) => native).join(',')]
  const result = await call('sacct', args, { signal })
  return new Map((result.returnCode === 0 ? accountedJobs(result.stdout) : []).map((job) => [job.id, job]))
}

/** The text of a small file of a job; null where there is none. */
const textIn = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').then(
    (text) => (/^\d+\n?$/.test(text) ? text.trim() : null),
    () => null,
  )

const numberIn = async (path: string): Promise<number | null> => {
  const text = await textIn(path)
  return text === null ? null : Number(text)
}
