import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Random } from '../../plan/random.ts'
import { readRows } from '../../record/read.ts'
import { type RunRecord, runRecordSchema } from '../../record/schema/run.ts'
import { MARK, markedProcesses } from './marked-processes.ts'
import { nowMs, startTrueServer, type TrueRequest } from './true-server.ts'

/** When a run is killed: as it starts, in its trials, while run.json is written, after its last trial. */
export const phases = ['start', 'trials', 'write', 'end'] as const
export type Phase = (typeof phases)[number]
/** Who is killed: the whole process group, as by a closing session or a container, or the main process only. */
export const victims = ['group', 'main'] as const
export type Victim = (typeof victims)[number]

/** What a kill left behind. */
export interface Killed {
  readonly phase: Phase
  readonly victim: Victim
  /** Whether the run was still going when the signal was sent. */
  readonly wasAlive: boolean
  /** Other files of a run folder without run.json; null with it, or without a folder. */
  readonly orphanFiles: readonly string[] | null
  /** Why run.json is no valid record; null where it is one, or where no folder had been made. */
  readonly invalid: string | null
  readonly status: RunRecord['status'] | null
  readonly rows: number
  /** Requests that the server had finished more than `graceMs` before the kill, and that are not on disk. */
  readonly lost: number
  /** Rows of requests that the server never got. */
  readonly invented: number
  /** Processes of the run that were alive one second after the kill, and in the end. */
  readonly leftAfter1s: number
  readonly leftInTheEnd: number
}

export interface KillOptions {
  readonly phase: Phase
  readonly victim: Victim
  readonly random: Random
  /** A folder of its own, empty. */
  readonly folder: string
  readonly scenario: string
  readonly nvidiaSmi: string
  /** Rows may take this long from the end of a request to the disk. */
  readonly graceMs: number
}

const TRIALS = 2
/** Processes of a killed run get this long to notice it. */
const END_MS = 5000
/** The client has read the end of an answer this long after the server has sent it, on a busy machine. */
const READ_WITHIN_MS = 200
/** No phase of a run takes longer, even on a busy machine. */
const PATIENCE_MS = 120_000
const cli = fileURLToPath(new URL('../../../scripts/cli.ts', import.meta.url))

/** Runs the scenario on a server of its own, kills it, and judges what is on disk by what the server knows. */
export async function killRun(options: KillOptions): Promise<Killed> {
  const { phase, victim, folder, graceMs } = options
  const server = await startTrueServer()
  const out = join(folder, 'results')
  mkdirSync(out, { recursive: true })
  const child = start(options, server.url, out)
  const ended = once(child, 'exit')
  try {
    await momentOf(options, child, out)
    const wasAlive = child.exitCode === null && child.signalCode === null
    const killedMs = nowMs()
    if (wasAlive) process.kill(victim === 'group' ? -pidOf(child) : pidOf(child), 'SIGKILL')
    await ended
    await delay(1000)
    const leftAfter1s = markedProcesses(folder).length
    await untilNoneIsLeft(folder)
    const left = markedProcesses(folder)
    for (const pid of left) process.kill(pid, 'SIGKILL')
    const found = await judged(out, server.requests, killedMs - graceMs)
    return { phase, victim, wasAlive, ...found, leftAfter1s, leftInTheEnd: left.length }
  } finally {
    await server.stop()
  }
}

function start({ scenario, nvidiaSmi, folder }: KillOptions, url: string, out: string): ChildProcess {
  const node = ['--import', import.meta.resolve('tsx'), cli, 'run', scenario, '--endpoint', url]
  const flags = ['--nvidia-smi', nvidiaSmi, '--out', out, '--skip-calibration', '--workers', '2', '--no-progress']
  // a group of its own, so that the signal to the group does not reach this process
  return spawn(process.execPath, [...node, ...flags, '--trials', String(TRIALS)], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, [MARK]: folder, HOME: folder },
  })
}

const pidOf = ({ pid }: ChildProcess): number => {
  if (pid === undefined) throw new Error('the run could not be started')
  return pid
}

/** Waits for a random moment of the phase; returns at once if the run ends before. */
async function momentOf({ phase, random }: KillOptions, child: ChildProcess, out: string): Promise<void> {
  const until = async (isSo: () => boolean): Promise<void> => {
    const untilMs = nowMs() + PATIENCE_MS
    while (!isSo() && child.exitCode === null && nowMs() < untilMs) await delay(10)
  }
  const folderOf = () => readdirSync(out).find((name) => !name.startsWith('.'))
  switch (phase) {
    case 'start':
      // half of them before the folder is made, half just after
      if (random() < 0.5) await delay(random() * 2500)
      else {
        await until(() => folderOf() !== undefined)
        await delay(random() * 150)
      }
      return
    case 'trials':
      await until(() => rowsIn(out, folderOf()) > 0)
      await delay(random() * 4500)
      return
    case 'write':
      await until(() => folderOf() !== undefined)
      await writeOf(join(out, folderOf() ?? ''), 1 + Math.floor(random() * 5), child)
      return
    case 'end':
      await until(() => trialsIn(out, folderOf()) >= TRIALS)
      await delay(random() * 400)
  }
}

/** Waits until run.json is being written for the n-th time. */
function writeOf(directory: string, n: number, child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    let left = n
    const watcher = watch(directory, (_, name) => {
      if (name !== 'run.json.tmp') return
      left -= 1
      if (left <= 0) finish()
    })
    const finish = () => {
      clearTimeout(timer)
      watcher.close()
      resolve()
    }
    const timer = setTimeout(finish, PATIENCE_MS)
    child.once('exit', finish)
  })
}

function rowsIn(out: string, name: string | undefined): number {
  const path = join(out, name ?? '', 'requests.csv')
  return name !== undefined && existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 2 : 0
}

function trialsIn(out: string, name: string | undefined): number {
  const path = join(out, name ?? '', 'run.json')
  if (name === undefined || !existsSync(path)) return 0
  return (JSON.parse(readFileSync(path, 'utf8')) as RunRecord).trials.length
}

async function untilNoneIsLeft(mark: string): Promise<void> {
  const untilMs = nowMs() + END_MS - 1000
  while (markedProcesses(mark).length > 0 && nowMs() < untilMs) await delay(250)
}

type Judged = Pick<Killed, 'orphanFiles' | 'invalid' | 'status' | 'rows' | 'lost' | 'invented'>

async function judged(out: string, truth: readonly TrueRequest[], beforeMs: number): Promise<Judged> {
  const [name] = readdirSync(out).filter((each) => !each.startsWith('.'))
  const nothing = { orphanFiles: null, invalid: null, status: null, rows: 0, lost: 0, invented: 0 }
  if (name === undefined) return nothing
  const path = join(out, name, 'run.json')
  if (!existsSync(path)) {
    // the first run.json was being written
    return { ...nothing, orphanFiles: readdirSync(join(out, name)).filter((file) => file !== 'run.json.tmp') }
  }
  const read = recordIn(path)
  if (typeof read === 'string') return { ...nothing, invalid: read }
  const rows = await readRows(join(out, name), 'requests.csv')
  // what was sent before the record was opened are the requests of the checks before a run
  const measured = truth.filter(({ receivedMs }) => receivedMs >= read.clock.originMs)
  const finished = measured.filter(({ finishedMs }) => finishedMs !== null && finishedMs < beforeMs)
  // rows of later requests must not make up for one that is missing
  const onDisk = rows.filter(({ endMs }) => read.clock.originMs + endMs < beforeMs + READ_WITHIN_MS)
  return {
    orphanFiles: null,
    invalid: null,
    status: read.status,
    rows: rows.length,
    lost: Math.max(0, finished.length - onDisk.length),
    invented: Math.max(0, rows.length - measured.length),
  }
}

/** The record, or why it is none. */
function recordIn(path: string): RunRecord | string {
  try {
    return runRecordSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    return (error as Error).message.slice(0, 200)
  }
}
