import { spawn } from 'node:child_process'
import { smiEnvironment } from '../smi/exec.ts'
import type { SelectedField } from '../smi/fields.ts'

/** How a child ended, not interpreted: the watcher knows which of its lines were rows. */
export interface LoopEnd {
  readonly returnCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Errno of a child that could not be started. */
  readonly startError: string | null
  readonly stderr: string
  /** Text on stdout after the last line break: a partial row, or a message without a line break. */
  readonly tail: string
}

/** A looping nvidia-smi: lines are passed to the callback given at the start; `ended` resolves once, never rejects. */
export interface SmiLoop {
  readonly ended: Promise<LoopEnd>
  /** Sends SIGTERM, and kills the child when it has not exited within `graceMs`. Resolves when it has exited. */
  stop(graceMs?: number): Promise<void>
  /** Kills a child that hangs. */
  kill(): void
}

/** `arrivalMs` is read once per chunk, before the chunk is processed. Lines have no line break. */
export type OnLine = (line: string, arrivalMs: number) => void
export type StartLoop = (args: readonly string[], onLine: OnLine) => SmiLoop

/**
 * Arguments of the loop: plain CSV, because the columns are known by position. Only the cards of `uuids` are queried,
 * all where none is given: each query wakes an idle card, and a card that is lost ends the loop of all.
 */
export const loopArguments = (
  fields: readonly SelectedField[],
  intervalMs: number,
  uuids: readonly string[] = [],
): string[] => [
  `--query-gpu=${fields.map(({ name }) => name).join(',')}`,
  '--format=csv,noheader,nounits',
  ...(uuids.length === 0 ? [] : ['-i', uuids.join(',')]),
  '-lms',
  String(intervalMs),
]

const KEPT_TEXT = 4096

/** Starts the real child, without a shell and in UTC. An unfinished last line is no line: it is the `tail` of the end. */
export function smiLoopStarter(nvidiaSmi: string, nowMs: () => number): StartLoop {
  return (args, onLine) => {
    // in a session of its own: Ctrl-C and a lost terminal must leave no gap in the samples of a run that still ends in
    // good order; after a kill of this process it ends with its next row, because the pipe is closed
    const child = spawn(nvidiaSmi, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: smiEnvironment(),
    })
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
