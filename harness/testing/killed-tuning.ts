import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type RestoreNote, readNote } from '../tune/restore/note.ts'
import type { SettableSmi } from './settable-nvidia-smi.ts'

const victim = fileURLToPath(new URL('./tuning-victim.ts', import.meta.url))

/** A tuning in a process group of its own, that can be killed. */
export interface RunningTuning {
  readonly child: ChildProcess
  readonly folder: string
  /** Resolves with the first line that begins so, or null when the process ends without one. */
  said(word: string): Promise<string | null>
  /** Everything that was said so far. */
  readonly lines: readonly string[]
  readonly ended: Promise<unknown>
  note(): RestoreNote | null
}

/** Starts the tuning of tuning-victim.ts on all cards of a settable nvidia-smi. */
export function startTuning(root: string, smi: SettableSmi, rounds: number, pauseMs: number): RunningTuning {
  const folder = join(root, 'tuning')
  mkdirSync(root, { recursive: true })
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      victim,
      'tuning',
      smi.path,
      String(rounds),
      String(pauseMs),
      ...smi.uuids,
    ],
    {
      // it names its folder from here, as a person does
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    },
  )
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  const waiting = new Set<() => void>()
  let isOver = false
  const wake = (): void => {
    for (const each of waiting) each()
  }
  reader.on('line', (line) => {
    lines.push(line)
    wake()
  })
  reader.on('close', () => {
    isOver = true
    wake()
  })
  return {
    child,
    folder,
    lines,
    ended: once(child, 'exit'),
    note: () => readNote(join(folder, 'restore.json')),
    said: (word) =>
      new Promise((resolve) => {
        const look = (): void => {
          const line = lines.find((each) => each.startsWith(word)) ?? null
          if (line === null && !isOver) return
          waiting.delete(look)
          resolve(line)
        }
        waiting.add(look)
        look()
      }),
  }
}

/** Whether every card is as a settable nvidia-smi makes it: at 400 W, and without a lock. */
export const isAsFound = (smi: SettableSmi): boolean =>
  smi.uuids.every((uuid) => smi.truth(uuid).limitW.startsWith('400') && smi.truth(uuid).lock === '')
