import { spawn } from 'node:child_process'
import { smiEnvironment } from '../smi/exec.ts'
import type { SelectedField } from '../smi/fields.ts'

/** How a child ended, as raw as it was: the watcher knows which of its lines were rows. */
export interface LoopEnd {
  readonly returnCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Errno of a child that could not be started. */
  readonly startError: string | null
  readonly stderr: string
  /** What stood on stdout behind the last line break: a half row, or words without a line break. */
  readonly tail: string
}

/** A looping nvidia-smi: lines come through the callback given at the start, `ended` resolves once, never rejects. */
export interface SmiLoop {
  readonly ended: Promise<LoopEnd>
  /** Asks it to end, and kills it when it does not within `graceMs`. Resolves when it is gone. */
  stop(graceMs?: number): Promise<void>
  /** Kills it at once: for a child that hangs. */
  kill(): void
}

/** `arrivalMs` is read once a chunk, before anything else is done with it. Lines come without their line break. */
export type OnLine = (line: string, arrivalMs: number) => void
export type StartLoop = (args: readonly string[], onLine: OnLine) => SmiLoop

/** Arguments of the loop: plain CSV, because the columns are known by position. */
export const loopArguments = (fields: readonly SelectedField[], intervalMs: number): string[] => [
  `--query-gpu=${fields.map(({ name }) => name).join(',')}`,
  '--format=csv,noheader,nounits',
  '-lms',
  String(intervalMs),
]

const KEPT_TEXT = 4096

/** Starts the real child, without a shell and in UTC. A half last line is no line: it stands in the end's `tail`. */
export function smiLoopStarter(nvidiaSmi: string, nowMs: () => number): StartLoop {
  return (args, onLine) => {
    const child = spawn(nvidiaSmi, [...args], { stdio: ['ignore', 'pipe', 'pipe'], env: smiEnvironment() })
    let tail = ''
    let stderr = ''
    child.stdout.setEncoding('utf8')
    child.stderr.setEncoding('utf8')
    child.stdout.on('data', (chunk: string) => {
      const arrivalMs = nowMs()
      const lines = (tail + chunk).split('\n')
      tail = lines.pop() ?? ''
      for (const line of lines) onLine(line, arrivalMs)
    })
    child.stderr.on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(0, KEPT_TEXT)
    })
    const ended = new Promise<LoopEnd>((resolve) => {
      child.once('error', ({ code, message }: NodeJS.ErrnoException) => {
        resolve({ returnCode: null, signal: null, startError: code ?? message, stderr, tail })
      })
      child.once('close', (returnCode, signal) => resolve({ returnCode, signal, startError: null, stderr, tail }))
    })
    return {
      ended,
      kill: () => {
        child.kill('SIGKILL')
      },
      stop: async (graceMs = 500) => {
        child.kill('SIGTERM')
        const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
        await ended
        clearTimeout(timer)
      },
    }
  }
}
