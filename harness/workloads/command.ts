import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { messageOf } from '../errors.ts'
import { plainText } from '../plain-text.ts'

/** A running command: lines of its stdout as they come, and its end. */
export interface RunningCommand {
  /** Settles when the command and its pipes are done: exit code (null when a signal ended it) and its last words. */
  readonly ended: Promise<CommandEnd>
  /** Asks the whole process group to end, and kills it when it does not. */
  stop(): void
  kill(): void
}

export interface CommandEnd {
  readonly code: number | null
  readonly signal: string | null
  /** The end of stderr, or why the command could not be started. */
  readonly lastWords: string
}

/** How long a command may take to end when asked: it may be writing a checkpoint. */
const GRACE_MS = 10_000
const MAX_STDERR = 16_384

/**
 * Starts a command without a shell, in a process group of its own, so that its children end with it. The key of the
 * endpoint is not handed on. PYTHONUNBUFFERED is set: Python holds lines back in a pipe, and a line's time is the figure.
 */
export function startCommand(command: readonly string[], onLine: (line: string) => void): RunningCommand {
  const [program = '', ...args] = command
  const { OPENAI_API_KEY: _, ...env } = process.env
  const child = spawn(program, args, {
    detached: true,
    shell: false,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, PYTHONUNBUFFERED: '1' },
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR)
  })
  createInterface({ input: child.stdout }).on('line', onLine)
  const onExit = () => signalGroup(child, 'SIGKILL')
  process.once('exit', onExit)
  let timer: NodeJS.Timeout | null = null
  const ended = new Promise<CommandEnd>((resolve) => {
    const settle = (code: number | null, signal: string | null, lastWords: string) => {
      if (timer) clearTimeout(timer)
      process.off('exit', onExit)
      // what the command left behind would go on using the card
      signalGroup(child, 'SIGKILL')
      resolve({ code, signal, lastWords })
    }
    child.once('error', (error) => settle(null, null, messageOf(error)))
    child.once('close', (code, signal) => settle(code, signal, lastLines(stderr)))
  })
  return {
    ended,
    stop: () => {
      if (timer) return
      signalGroup(child, 'SIGTERM')
      timer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS)
    },
    kill: () => signalGroup(child, 'SIGKILL'),
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // the group is gone already
  }
}

/** The last lines of a traceback say what happened. */
const lastLines = (text: string): string =>
  text
    .trim()
    .split('\n')
    .slice(-4)
    .map((line) => plainText(line).trim())
    .join(' | ')
    .slice(-600)
