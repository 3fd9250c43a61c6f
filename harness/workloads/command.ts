import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import {
  type EngineAt,
  owned,
  ownerText,
  removeLeftover,
  removeOfOwner,
  removeOwn,
} from '../endpoint/serve/container.ts'
import { handedValues } from '../endpoint/serve/container-env.ts'
import type { CommandPlan } from '../endpoint/serve/plan.ts'
import { messageOf } from '../errors.ts'
import { plainText } from '../plain-text.ts'
import { type Mask, secretsIn, strictMaskOf } from '../secret-mask.ts'
import { guardOrphan } from '../telemetry/host/orphan-guard.ts'

/** A running command. */
export interface RunningCommand {
  /** Resolves when the command and its pipes have ended, and its container is removed. */
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

/** The container that a command runs in, and the environment of the engine that runs it. */
export interface CommandContainer {
  readonly plan: CommandPlan
  readonly env: NodeJS.ProcessEnv
}

export interface CommandOptions {
  readonly onLine: (line: string) => void
  /** Called with every piece of output, which shows that the command lives. */
  readonly onOutput?: () => void
  /** Absent for a command that runs on this machine. */
  readonly container?: CommandContainer | undefined
  /** UUIDs of the GPUs that a command on this machine may use; all that it sees when empty. */
  readonly gpus?: readonly string[]
}

/** Time allowed for a command to end after SIGTERM: it may be writing a checkpoint. */
const GRACE_MS = 10_000
const MAX_STDERR = 16_384

/**
 * Starts a command without a shell, in a separate process group, so that its children end with it, and in its container if it
 * has one, which a guard removes when this process is killed. Throws `environment` where a container of that name is in use.
 * The key of the endpoint is not passed on. PYTHONUNBUFFERED is set because Python buffers lines in a pipe and each line is timed.
 */
export async function startCommand(command: readonly string[], options: CommandOptions): Promise<RunningCommand> {
  const { container, onLine, onOutput = () => undefined } = options
  const { OPENAI_API_KEY: _, ...env } = container?.env ?? onGpus(process.env, options.gpus ?? [])
  const at: EngineAt | null = container ? { engine: container.plan.engine, env } : null
  if (container && at) await removeLeftover(container.plan.containerName, at)
  const handed = container ? handedValues(container.plan.argv, container.env) : []
  const mask = strictMaskOf([...secretsIn(process.env), ...secretsIn(env), ...handed])
  const owner = ownerText()
  const [program = '', ...args] = container ? inContainer(container.plan, command, owner) : command
  const child = spawn(program, args, {
    detached: true,
    shell: false,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, PYTHONUNBUFFERED: '1' },
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR)
    onOutput()
  })
  child.stdout.on('data', onOutput)
  createInterface({ input: child.stdout }).on('line', onLine)
  // the group of the command, also after a kill of this process; a container is not in it
  const pid = String(child.pid ?? '')
  const guard = at
    ? guardOrphan(removeOfOwner, [pid, owner, at.engine], env)
    : guardOrphan('kill -s KILL -- "-$1"', [pid], env)
  const onExit = () => signalGroup(child, 'SIGKILL')
  process.once('exit', onExit)
  let timer: NodeJS.Timeout | null = null
  let isOver = false
  const ended = new Promise<CommandEnd>((resolve) => {
    const settle = async (code: number | null, signal: string | null, stderrTail: string) => {
      isOver = true
      if (timer) clearTimeout(timer)
      process.off('exit', onExit)
      // child processes of the command would continue to use the card
      signalGroup(child, 'SIGKILL')
      if (container && at) await removeOwn(container.plan.containerName, owner, at)
      // the engine may still be creating the container of a client that was killed: the guard removes it at the end of this process
      if (!container || signal === null) guard.release()
      resolve({ code, signal, stderrTail })
    }
    child.once('error', (error) => void settle(null, null, messageOf(error)))
    child.once('close', (code, signal) => void settle(code, signal, lastLines(stderr, mask)))
  })
  return {
    ended,
    stop: () => {
      // a timer for what has ended would keep this process for its length
      if (timer || isOver) return
      signalGroup(child, 'SIGTERM')
      timer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS)
    },
    kill: () => signalGroup(child, 'SIGKILL'),
  }
}

/** The words of a container with the label of its owner, then the command. */
function inContainer({ words }: CommandPlan, command: readonly string[], owner: string): string[] {
  const [engine = '', ...argv] = words
  return [engine, ...owned(argv, owner), ...command]
}

/** The environment of a command that may use these GPUs, unless the user has already chosen some for it. */
const onGpus = (env: NodeJS.ProcessEnv, gpus: readonly string[]): NodeJS.ProcessEnv =>
  gpus.length === 0 || env['CUDA_VISIBLE_DEVICES'] !== undefined
    ? env
    : { ...env, CUDA_VISIBLE_DEVICES: gpus.join(',') }

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // the process group has already ended
  }
}

/** The last lines of a text, which in a traceback name the error, without secrets. */
const lastLines = (text: string, mask: Mask): string =>
  mask(text)
    .trim()
    .split('\n')
    .slice(-4)
    .map((line) => plainText(line).trim())
    .join(' | ')
    .slice(-600)
