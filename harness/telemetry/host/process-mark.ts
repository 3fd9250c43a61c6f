import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { ProcessMark } from '../../record/schema/origin.ts'
import type { RunRecord } from '../../record/schema/run.ts'

/** What is read of a process and of its machine; replaced in tests. */
export interface ProcessFiles {
  /** Null where the file does not exist or is not readable. */
  readonly readText: (path: string) => string | null
  /** Target of a link; null where it is not readable. */
  readonly link: (path: string) => string | null
  readonly hostname: () => string
  /** Whether a process with this id exists, where there is no /proc. */
  readonly exists: (pid: number) => boolean
}

const systemFiles: ProcessFiles = {
  readText: (path) => orNull(() => readFileSync(path, 'utf8')),
  link: (path) => orNull(() => readlinkSync(path)),
  hostname,
  exists: processExists,
}

/** Whether a process of this machine has this id, whoever started it. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // a process of another user exists too
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function orNull(read: () => string): string | null {
  try {
    return read()
  } catch {
    return null
  }
}

/** The mark of this process, from which it can be seen later whether it still runs. */
export const ownMark = (pid = process.pid, files: ProcessFiles = systemFiles): ProcessMark => ({
  pid,
  startTicks: startTicksOf(files.readText(`/proc/${pid}/stat`)),
  bootId: files.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? null,
  pidNamespace: files.link('/proc/self/ns/pid'),
})

/** Whether the process that writes a record still runs: `unknown` where this machine cannot see it. */
export type WriterState = 'running' | 'abandoned' | 'unknown'

export interface WriterFate {
  readonly state: WriterState
  /** How that is known, or where the process would have to be looked for: part of a sentence. */
  readonly reason: string
}

/** The fate of the process that wrote a record with status `running`, or started a container. */
export function fateOfWriter(
  { process: mark, host }: Pick<RunRecord, 'process'> & { readonly host: Pick<RunRecord['host'], 'hostname'> },
  files: ProcessFiles = systemFiles,
): WriterFate {
  // records of older versions do not name their process
  if (mark === undefined) return unknown(`on ${host.hostname}`)
  const here = ownMark(process.pid, files)
  const isSameBoot = mark.bootId !== null && mark.bootId === here.bootId
  if (!isSameBoot && host.hostname !== files.hostname()) return unknown(`on ${host.hostname}`)
  if (!isSameBoot && mark.bootId !== null && here.bootId !== null) {
    return abandoned(`${host.hostname} was restarted since`)
  }
  if (mark.pidNamespace !== here.pidNamespace) return unknown(`in another container of ${host.hostname}`)
  return fateHere(mark, files)
}

function fateHere({ pid, startTicks }: ProcessMark, files: ProcessFiles): WriterFate {
  const ended = abandoned(`its process ${pid} has ended`)
  const stat = files.readText(`/proc/${pid}/stat`)
  if (stat === null) {
    // without /proc the id is all there is
    const isWithoutProc = startTicks === null && files.readText('/proc/self/stat') === null
    return isWithoutProc && files.exists(pid) ? running(pid) : ended
  }
  if (hasEnded(stat)) return ended
  const isLater = startTicks !== null && startTicksOf(stat) !== startTicks
  return isLater ? abandoned(`its process ${pid} has ended; another process has that id now`) : running(pid)
}

const running = (pid: number): WriterFate => ({ state: 'running', reason: `its process ${pid} runs` })
const abandoned = (reason: string): WriterFate => ({ state: 'abandoned', reason })
const unknown = (reason: string): WriterFate => ({ state: 'unknown', reason })

/** The fields of /proc/PID/stat after the name, which may hold spaces and parentheses. The first is the state. */
const fieldsOf = (stat: string): string[] =>
  stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(' ')

/** Field 22: when the process started, in clock ticks since the boot. */
const START_TICKS = 22 - 3

function startTicksOf(stat: string | null): number | null {
  const ticks = Number(stat === null ? Number.NaN : fieldsOf(stat)[START_TICKS])
  return Number.isSafeInteger(ticks) ? ticks : null
}

/** A process that has ended stays in the table until its parent asks for its exit code. */
const hasEnded = (stat: string): boolean => ['Z', 'X', 'x'].includes(fieldsOf(stat)[0] ?? '')
