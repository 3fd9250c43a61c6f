import { readFile } from 'node:fs/promises'
import { JoulemarkError, messageOf } from '../../errors.ts'
import type { KubernetesBlock } from '../../scenario/fleet/engine-schemas.ts'
import type { BoxJob, FleetEngine, JobHandle, Submitted } from '../engine.ts'
import { type CallProgram, callProgram, lastWords } from '../program.ts'
import { type CallKubectl, type Cluster, kubectlCalls, refusalOf, required } from './calls.ts'
import { collectRecords, writeLog } from './collect.ts'
import { stateOf } from './job-state.ts'
import { filesManifest, JOB_ID, jobManifest, MANAGED, nameOf } from './manifest.ts'
import { boxesOf } from './nodes.ts'
import { itemsOf, jobSchema, type KubernetesJob, type KubernetesPod, nodeSchema, podSchema } from './objects.ts'

/** Files of a job are part of an object of Kubernetes, which holds 1 MiB. */
const MOST_FILE_BYTES = 700_000

/** Kubernetes: one Job for each box and try, on the node of the box, found again by its name; all of it through `kubectl`. */
export function kubernetesEngine(
  block: KubernetesBlock,
  env: NodeJS.ProcessEnv,
  program: CallProgram = callProgram,
): FleetEngine {
  const call = kubectlCalls(block, env, program)
  return {
    name: 'kubernetes',
    boxes: async (names, signal) => {
      const nodes = itemsOf(await required(call, ['get', 'nodes', '-o', 'json'], { signal }), nodeSchema)
      return boxesOf(nodes, names, block)
    },
    submit: async (jobs, signal, take) => {
      const submitted: Submitted[] = []
      for (const job of jobs) {
        if (signal.aborted) throw new JoulemarkError('environment', 'kubectl: interrupted')
        // a Job that is being made is not cut by an interrupt: its files are to follow it
        const one = await submitOne(job, { call, block, signal: new AbortController().signal })
        take?.(job.id, one)
        submitted.push(one)
      }
      return submitted
    },
    find: async (jobs, signal) => {
      const there = await known(call, signal)
      const isThere = ({ id }: BoxJob) => there.jobs.get(nameOf(id))?.metadata.annotations?.[JOB_ID] === id
      // made again, a Job that is there gets the files that it may still lack
      const found = await Promise.all(
        jobs.map(async (job) => (isThere(job) ? submitOne(job, { call, block, signal }) : null)),
      )
      return found.map((one) => one?.handle ?? null)
    },
    follow: async (handles, signal) => {
      const { jobs, pods } = await known(call, signal)
      return handles.map(({ native }) => stateOf(jobs.get(native), pods.get(native)))
    },
    cancel: async (handles) => {
      if (handles.length === 0) return []
      const names = handles.map(({ native }) => native)
      const result = await call(['delete', 'jobs', '--ignore-not-found', '--wait=false', ...names], {
        signal: new AbortController().signal,
      })
      return handles.map(() => (result.returnCode === 0 ? null : `kubectl: ${lastWords(result)}`))
    },
    collect: async (handle, folder, signal) => {
      const { pods } = await known(call, signal)
      const place = { call, block, signal }
      await writeLog(handle, pods.get(handle.native), place)
      await collectRecords(handle, folder, place)
    },
  }
}

/** The Jobs of joulemark by their name, and the newest pod of each. */
async function known(call: CallKubectl, signal: AbortSignal) {
  const text = await required(call, ['get', 'jobs,pods', `--selector=${MANAGED}`, '-o', 'json'], { signal })
  const jobs = itemsOf<KubernetesJob>(text, jobSchema)
  const pods = itemsOf<KubernetesPod>(text, podSchema)
  return {
    jobs: new Map(jobs.map((job) => [job.metadata.name, job])),
    pods: new Map(pods.map((pod) => [pod.metadata.labels?.['joulemark/name'] ?? '', pod])),
  }
}

async function submitOne(job: BoxJob, { call, block, signal }: Cluster): Promise<Submitted> {
  const files = await contentsOf(job)
  if ('reason' in files) return { handle: null, reason: files.reason }
  const made = await call(['create', '-f', '-', '-o', 'json'], {
    signal,
    input: JSON.stringify(jobManifest(job, block)),
  })
  const refusal = made.returnCode === 0 ? null : refusalOf(made)
  if (made.returnCode !== 0 && refusal === null) throw new JoulemarkError('environment', `kubectl: ${lastWords(made)}`)
  if (refusal !== null && refusal.reason !== 'AlreadyExists')
    return { handle: null, reason: `kubectl: ${refusal.words}` }
  const text =
    refusal === null ? made.stdout : await required(call, ['get', 'job', nameOf(job.id), '-o', 'json'], { signal })
  const [found] = itemsOf<KubernetesJob>(`{"items":[${text}]}`, jobSchema)
  const uid = found?.metadata.uid
  if (uid === undefined || found?.metadata.annotations?.[JOB_ID] !== job.id) {
    return { handle: null, reason: `a Job ${nameOf(job.id)} that is not of this campaign is there` }
  }
  if (files.contents.length > 0) {
    const manifest = filesManifest(job, block, { uid, contents: files.contents })
    const result = await call(['create', '-f', '-'], { signal, input: JSON.stringify(manifest) })
    if (result.returnCode !== 0 && refusalOf(result)?.reason !== 'AlreadyExists') {
      throw new JoulemarkError('environment', `kubectl: ${lastWords(result)}`)
    }
  }
  return { handle: handleOf(job), reason: null }
}

const handleOf = ({ id, box, outFolder, logFolder }: BoxJob): JobHandle => ({
  ...{ id, box, outFolder, logFolder },
  native: nameOf(id),
})

/** The files that the command of a job names, or why they cannot go with it. */
async function contentsOf({
  files,
}: BoxJob): Promise<{ readonly contents: readonly Buffer[] } | { readonly reason: string }> {
  const contents: Buffer[] = []
  for (const path of files) {
    try {
      contents.push(await readFile(path))
    } catch (error) {
      throw new JoulemarkError('environment', `${path}: cannot be read: ${messageOf(error)}`)
    }
  }
  const bytes = contents.reduce((sum, { length }) => sum + length, 0)
  return bytes <= MOST_FILE_BYTES
    ? { contents }
    : { reason: `its files have ${bytes} bytes; Kubernetes takes ${MOST_FILE_BYTES} with a job` }
}
