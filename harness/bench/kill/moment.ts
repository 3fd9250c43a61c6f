import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../plan/random.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import { nowMs } from './true-server.ts'

/** When a run is killed: as it starts, in its trials, while run.json is written, after its last trial, while it is signed. */
export const phases = ['start', 'trials', 'write', 'end', 'sign'] as const
export type Phase = (typeof phases)[number]
/** Trials of a run that is killed. */
export const TRIALS = 2
/** No phase of a run takes longer, even on a busy machine. */
const PATIENCE_MS = 120_000
/** Making and signing the copy of a small record takes about this long on a busy machine. */
const SIGN_MS = 200

/** A phase, and the draws of the moment in it. */
export interface Moment {
  readonly phase: Phase
  readonly random: Random
}

/** Where a run writes. */
interface Places {
  readonly out: string
  readonly chain: string
}

/** Waits for a random moment of the phase; returns at once if the run ends before. */
export async function momentOf({ phase, random }: Moment, child: ChildProcess, { out, chain }: Places): Promise<void> {
  const until = async (isSo: () => boolean, everyMs = 10): Promise<void> => {
    const untilMs = nowMs() + PATIENCE_MS
    while (!isSo() && child.exitCode === null && nowMs() < untilMs) await delay(everyMs)
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
      return
    case 'sign':
      await until(() => folderOf() !== undefined)
      await completeIn(join(out, folderOf() ?? ''), child)
      // half of them while the copy is made and signed, half on sight of the place in the chain
      if (random() < 0.5) await delay(random() * SIGN_MS)
      else await until(() => entriesIn(chain).length > 0, 1)
  }
}

/** Waits until the record has ended: it is signed next. */
async function completeIn(directory: string, child: ChildProcess): Promise<void> {
  const untilMs = nowMs() + PATIENCE_MS
  const path = join(directory, 'run.json')
  const isComplete = () => existsSync(path) && readFileSync(path, 'utf8').includes('"status": "complete"')
  while (child.exitCode === null && nowMs() < untilMs && !isComplete()) await delay(5)
}

/** The places of a chain that are taken. */
export const entriesIn = (chain: string): string[] =>
  existsSync(chain) ? readdirSync(chain).filter((name) => name.endsWith('.json')) : []

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
