import { mkdtemp, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, posix } from 'node:path'
import { JoulemarkError, messageOf } from '../../errors.ts'
import { makeFolder, replaceFile } from '../../record/json-file.ts'
import type { JobHandle } from '../engine.ts'
import { logOf } from '../log-tail.ts'
import { lastWords } from '../program.ts'
import { copyRuns } from '../slurm/shared-runs.ts'
import { type Cluster, refusalOf, required } from './calls.ts'
import { collectorManifest, collectorName, HOME } from './manifest.ts'
import type { KubernetesPod } from './objects.ts'

/** A pull of the image on a node that has lost it, and the copy of a run of hours, take some minutes. */
const READY_S = 300
const COPY_MS = 900_000
/** Clocks of the node and of this machine differ by less. */
const CLOCKS_MS = 3600_000

/** Writes the log of a job, as far as Kubernetes has it: a pod that is gone has none any more, and an earlier copy stays. */
export async function writeLog(
  handle: JobHandle,
  pod: KubernetesPod | undefined,
  { call, signal }: Cluster,
): Promise<void> {
  if (pod === undefined) return
  const result = await call(['logs', pod.metadata.name, '--container=joulemark'], { signal, timeoutMs: COPY_MS })
  if (result.returnCode !== 0 || result.stdout === '') return
  makeFolder(handle.logFolder)
  replaceFile(logOf(handle), result.stdout)
}

/**
 * Brings the runs of a campaign from the folder of a node, and the runs that its baselines name, through a pod that is there for that
 * only. A run is in the folder whole or not at all. Throws `environment` where the node does not give them.
 */
export async function collectRecords(handle: JobHandle, folder: string, cluster: Cluster): Promise<void> {
  const since = beginOf(handle.id)
  if (isAbsolute(handle.outFolder)) {
    // a folder that the nodes and this machine share
    await copyRuns(handle.outFolder, folder, since)
    return
  }
  makeFolder(dirname(folder))
  const part = await mkdtemp(`${folder}.part-`)
  try {
    if (await fetchRuns(handle, part, { since, cluster })) await copyRuns(part, folder, 0)
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    throw new JoulemarkError('environment', `${folder}: ${messageOf(error)}`, { cause: error })
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

/** When the campaign of a job began, by its id, in ms; 0 for an id of another form. */
function beginOf(id: string): number {
  const [, y, m, d, hh, mm, ss] = /-(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)-/.exec(id) ?? []
  if (y === undefined) return 0
  return Date.UTC(Number(y), Number(m) - 1, Number(d), Number(hh), Number(mm), Number(ss)) - CLOCKS_MS
}

/** The beginning of the ids of runs from a moment on. */
const stampOf = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')

interface Fetch {
  readonly since: number
  readonly cluster: Cluster
}

/** Fetches the files of a node into a folder of this machine. False where the node has none. */
async function fetchRuns(handle: JobHandle, part: string, { since, cluster }: Fetch): Promise<boolean> {
  const { call, signal } = cluster
  const pod = collectorName(handle.id)
  const from = posix.join(HOME, handle.outFolder)
  try {
    await startCollector(handle, cluster)
    const listed = await call(['exec', pod, '--', 'ls', '-1', from], { signal })
    if (listed.returnCode !== 0) {
      if (/no such file/i.test(listed.stderr)) return false
      throw new JoulemarkError('environment', `kubectl: ${lastWords(listed)}`)
    }
    const names = listed.stdout.split('\n').filter((name) => /^[A-Za-z0-9][\w.-]*$/.test(name))
    const copy = async (name: string) =>
      required(call, ['cp', '--retries=3', `${pod}:${posix.join(from, name)}`, join(part, name)], {
        signal,
        timeoutMs: COPY_MS,
      })
    let based = ''
    if (names.includes('baselines.json')) {
      await copy('baselines.json')
      based = await required(call, ['exec', pod, '--', 'cat', posix.join(from, 'baselines.json')], { signal })
    }
    for (const name of names) {
      const isRun = /^\d{8}-\d{6}-/.test(name)
      if (isRun && (name >= stampOf(since) || based.includes(JSON.stringify(name)))) await copy(name)
    }
    return true
  } finally {
    await call(['delete', 'pod', pod, '--ignore-not-found', '--wait=false'], { signal: new AbortController().signal })
  }
}

/** Starts the pod beside the folder of the node, or finds that of an earlier try. */
async function startCollector({ id, box }: JobHandle, { call, block, signal }: Cluster): Promise<void> {
  const input = JSON.stringify(collectorManifest({ id, box }, block))
  const made = await call(['create', '-f', '-'], { signal, input })
  if (made.returnCode !== 0 && refusalOf(made)?.reason !== 'AlreadyExists') {
    throw new JoulemarkError('environment', `kubectl: ${lastWords(made)}`)
  }
  const ready = ['wait', '--for=condition=Ready', `pod/${collectorName(id)}`, `--timeout=${READY_S}s`]
  await required(call, ready, { signal, timeoutMs: (READY_S + 30) * 1000 })
}
