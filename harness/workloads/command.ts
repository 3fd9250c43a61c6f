import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { messageOf } from '../errors.ts'
import { plainText } from '../plain-text.ts'
import { secretsIn, strictMaskOf } from '../secret-mask.ts'
import { guardOrphan } from '../telemetry/host/orphan-guard.ts'

/** A running command. */
export interface RunningCommand {
  /** Resolves when the command and its pipes have ended. */
  readonly ended: Promise<CommandEnd>
  /** Sends SIGTERM to the whole process group, and kills it when it does not end in time. */
  stop(): void
  kill(): void
}

export interface CommandEnd {
  readonly code: number | null
  readonly signal: string | null
  /** The last lines of stderr, or why the command could not be started. */
  readonly stderrTail: string
}

/** Time allowed for a command to end after SIGTERM: it may be writing a checkpoint. */
const GRACE_MS = 10_000
const MAX_STDERR = 16_384

/**
 * Starts a command without a shell, in a separate process group, so that its children end with it. The key of the
 * endpoint is not passed on. PYTHONUNBUFFERED is set because Python buffers lines in a pipe and each line is timed.
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
  // the group of the command, also after a kill of this process
  const guard = guardOrphan('kill -s KILL -- "-$1"', [String(child.pid ?? '')], env)
  const onExit = () => signalGroup(child, 'SIGKILL')
  process.once('exit', onExit)
  let timer: NodeJS.Timeout | null = null
  const ended = new Promise<CommandEnd>((resolve) => {
    const settle = (code: number | null, signal: string | null, stderrTail: string) => {
      if (timer) clearTimeout(timer)
      process.off('exit', onExit)
      guard.release()
      // child processes of the command would continue to use the card
      signalGroup(child, 'SIGKILL')
      resolve({ code, signal, stderrTail })
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
    // the process group has already ended
  }
}

/** The last lines of a text, which in a traceback name the error, without the secrets of the environment. */
const lastLines = (text: string): string =>
  strictMaskOf(secretsIn(process.env))(text)
    .trim()
    .split('\n')
    .slice(-4)
    .map((line) => plainText(line).trim())
    .join(' | ')
    .slice(-600)
