import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { closeRun, finishSigning } from '../../evidence/close/close-run.ts'
import type { Signer } from '../../evidence/seal.ts'
import { verifyRun } from '../../evidence/verify-run.ts'
import type { Random } from '../../plan/random.ts'
import { readRows, readRun } from '../../record/read.ts'
import { type RunRecord, runRecordSchema } from '../../record/schema/run.ts'
import { chainFolder } from '../../record/signing/key-chain.ts'
import { loadKey, writeNewKey } from '../../record/signing/key-file.ts'
import { MARK, markedProcesses } from './marked-processes.ts'
import { entriesIn, momentOf, type Phase, TRIALS } from './moment.ts'
import { nowMs, startTrueServer, type TrueRequest } from './true-server.ts'

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
  readonly isSigned: boolean
  /** Places in the chain of the key that no signature holds after `close`: `verify` of its other runs calls them missing. */
  readonly emptyPlaces: number
  /** Why the run does not verify after `close`; null if it does, or without a record. */
  readonly notVerified: string | null
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

/** Processes of a killed run get this long to notice it. */
const END_MS = 5000
/** The client has read the end of an answer this long after the server has sent it, on a busy machine. */
const READ_WITHIN_MS = 200
const KEY_FILE = 'key.pem'
const cli = fileURLToPath(new URL('../../../scripts/cli.ts', import.meta.url))

/** Runs the scenario on a server of its own, kills it, and judges what is on disk by what the server knows. */
export async function killRun(options: KillOptions): Promise<Killed> {
  const { phase, victim, folder, graceMs } = options
  const server = await startTrueServer()
  const out = join(folder, 'results')
  mkdirSync(out, { recursive: true })
  const { publicHex } = writeNewKey(join(folder, KEY_FILE))
  const chain = chainFolder(join(folder, KEY_FILE), publicHex)
  const child = start(options, server.url, out)
  const ended = once(child, 'exit')
  try {
    await momentOf(options, child, { out, chain })
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
    const after = found.status === null ? nothingToClose : await afterClose(join(out, nameIn(out) ?? ''), folder, chain)
    return { phase, victim, wasAlive, ...found, ...after, leftAfter1s, leftInTheEnd: left.length }
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
    env: { ...process.env, [MARK]: folder, HOME: folder, JOULEMARK_KEY: join(folder, KEY_FILE) },
  })
}

const pidOf = ({ pid }: ChildProcess): number => {
  if (pid === undefined) throw new Error('the run could not be started')
  return pid
}

async function untilNoneIsLeft(mark: string): Promise<void> {
  const untilMs = nowMs() + END_MS - 1000
  while (markedProcesses(mark).length > 0 && nowMs() < untilMs) await delay(250)
}

type After = Pick<Killed, 'emptyPlaces' | 'notVerified'>
type Judged = Omit<Killed, keyof After | 'phase' | 'victim' | 'wasAlive' | 'leftAfter1s' | 'leftInTheEnd'>
const nothingToClose: After = { emptyPlaces: 0, notVerified: null }

const nameIn = (out: string): string | undefined => readdirSync(out).find((each) => !each.startsWith('.'))

async function judged(out: string, truth: readonly TrueRequest[], beforeMs: number): Promise<Judged> {
  const name = nameIn(out)
  const nothing: Judged = {
    orphanFiles: null,
    invalid: null,
    status: null,
    isSigned: false,
    rows: 0,
    lost: 0,
    invented: 0,
  }
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
    isSigned: read.signature !== undefined,
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

/** Closes the run, as `joulemark close` does with the key, and verifies it. */
async function afterClose(directory: string, folder: string, chain: string): Promise<After> {
  const key = loadKey({ JOULEMARK_KEY: join(folder, KEY_FILE) })
  if (key === null) throw new Error('the key of this run is gone')
  const signer: Signer = { key, chain, warn: () => undefined }
  const run = await readRun(directory)
  if (run.record.status === 'running') await closeRun(run, signer)
  else await finishSigning(run, signer)
  const { problems, fault, signedBy } = await verifyRun(directory)
  const places = entriesIn(chain).length
  return {
    emptyPlaces: places - Number(signedBy !== null),
    notVerified: fault ?? (problems[0] ? `${problems[0].file}: ${problems[0].what}` : null),
  }
}
